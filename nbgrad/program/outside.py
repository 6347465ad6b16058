"""What a program reads outside itself in each run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import is_
from typing import TYPE_CHECKING, Any

from ..core.tensor import Tensor
from .calling import kind_of
from .listing import Value
from .standing import moment
from .surroundings import Place

if TYPE_CHECKING:
    from .record import Recorder


class Outside:
    """The arrays that a program reads besides its inputs, as they are at the time of each run.

    Args:
        values: the captured values, in order.
        recorder: knows where they are kept.

    Attributes:
        values: the captured values, in order.
    """

    def __init__(self, values: Sequence[Value], recorder: Recorder):
        self.values = list(values)
        self._count = len(values)
        places = [recorder.captured.get(x) for x in values]
        tensors = {id(place.holder) for place in places if place is not None and isinstance(place.holder, Tensor)}
        self._watched = [*recorder.standing.watched(tensors), *recorder.settings]
        self._kinds = [kind_of(x.example) for x in values]
        added_to = [place for place, _, _ in recorder.standing.left if place.key == "grad"]  # or not: if there is one
        self._kinds += [(type(recorder.standing.before(place)),) for place in added_to]
        self._read = reader([*places, *added_to], values, [place for place, _ in self._watched])
        self._seen: tuple = (*[None for _ in self._kinds], *[tensor for _, tensor in self._watched])

    def __bool__(self) -> bool:
        return bool(self._seen)

    def is_current(self) -> bool:
        """Whether it is all of the same shapes and dtypes as when this was recorded, and the tensors are the same."""
        return self.if_current() is not None

    def if_current(self) -> tuple | None:
        """The numbers of now; ``None`` if something has another shape or dtype than when this was recorded, or a tensor
        is another one."""
        found = moment.undisturbed(self._read)
        if all(map(is_, found, self._seen)) or self._is_alike(found):
            return found[: self._count]
        return None

    def _is_alike(self, found: tuple) -> bool:
        several = len(self._kinds)
        kinds = [*map(kind_of, found[: self._count]), *[(type(g),) for g in found[self._count : several]]]
        if kinds != self._kinds or not all(map(is_same, found[several:], self._seen[several:])):
            return False
        self._seen = found
        return True

    def numbers(self) -> tuple:
        """The numbers of now."""
        return moment.undisturbed(self._read)[: self._count] if self._seen else ()


def is_same(now: Any, before: Any) -> bool:
    """Whether a tensor is the same one, or a setting has the same value."""
    return now is before or (type(now) is type(before) and type(now) in (bool, int, float, str) and now == before)


def reader(places: Sequence[Place | None], values: Sequence[Value], watched: Sequence[Place]) -> Callable[[], tuple]:
    """The function that reads all places at once; one text for all of them, for speed."""
    known: dict[str, Any] = {}
    parts = []
    for i, place in enumerate([*places, *watched]):
        if place is None:
            known[f"x{i}"] = values[i].example
            parts.append(f"x{i}")
        else:
            known |= {f"holder{i}": place.holder, f"key{i}": place.key}
            parts.append(place.source(f"holder{i}", f"key{i}"))
    exec(f"def read():\n    return ({', '.join(parts)}{',' if len(parts) == 1 else ''})\n", known)
    return known["read"]
