"""What was made lately, found again by what it was made of."""

from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Cache(Generic[T]):
    """Results by their keys, up to a total size; those unused for longest go first.

    Notebooks ask from several threads, so a lock keeps the books in order.

    >>> cache = Cache(room=10)
    >>> cache.put("a", 1, size=6), cache.put("b", 2, size=4), cache.get("a"), cache.put("c", 3, size=4)
    (None, None, 1, None)
    >>> cache.get("a"), cache.get("b"), cache.get("c")  # there was no room for "b" beside "a", used after it, and "c"
    (1, None, 3)
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._kept: dict[Hashable, tuple[T, int]] = {}  # the one used last comes last
        self._lock = Lock()

    def get(self, key: Hashable) -> T | None:
        """Return the result kept under this key, or None."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept[key] = entry = self._kept.pop(key)
            return entry[0]

    def put(self, key: Hashable, result: T, size: int) -> None:
        """Keep a result, and forget others until there is room for it. What is larger than all room is not kept."""
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = (result, size)
            while sum(size for _, size in self._kept.values()) > self._room:
                del self._kept[next(iter(self._kept))]
