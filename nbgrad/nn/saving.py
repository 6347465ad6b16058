"""Parameters in files, as ``.safetensors`` or as ``.npz``: never pickled, so that loading a file runs no code of it.

Saving is atomic. The numbers go to a new file in the same folder, which takes the old one's place when all of it is
on the disk: whatever interrupts the writing, there is a whole file under the name, the old one or the new one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from errno import ENOENT
from io import BytesIO
from typing import Any, BinaryIO

import numpy as np

from ..core.errors import FileKindError, NotAStateError, StateFileError
from ..core.names import readable
from ..core.states import state_arrays
from . import safetensors

FilePath = str | os.PathLike[str]


def save(path: FilePath, thing: Any, metadata: Mapping[str, str] | None = None) -> None:
    """Save a module, or a dictionary from names to arrays.

    Args:
        path: ends in ``.safetensors``, which other libraries read too, or in ``.npz``, which ``np.load`` reads.
        thing: a module, an optimiser (anything with ``state_dict()``) or a dictionary of arrays, tensors, numbers.
        metadata: pieces of text to keep with it, by name; in ``.safetensors`` only.

    Raises:
        FileKindError: the path ends in something else.
        NotAStateError: ``thing`` is neither, a name is empty or not printable, or ``metadata`` is not text.
        UnsupportedDataError: a value cannot be held by the file.
        OSError: the file cannot be written. An older file of that name stays as it was, after any error.

    >>> import tempfile
    >>> import nbgrad as ng
    >>> net = ng.nn.Linear(2, 1, rng=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ng.nn.save(f"{folder}/net.safetensors", net)
    ...     state = ng.nn.load(f"{folder}/net.safetensors")
    >>> net.load_state_dict(state)
    >>> {name: array.shape for name, array in state.items()}
    {'weight': (2, 1), 'bias': (1,)}
    """
    if isinstance(thing, str | os.PathLike):
        raise NotAStateError(f"the path comes first: write nn.save({str(thing)!r}, {type(path).__name__.lower()})")
    kind = _kind(path)
    arrays = state_arrays(thing.state_dict() if callable(getattr(thing, "state_dict", None)) else thing)
    for name in arrays:
        if not name or not name.isprintable() or name == "__metadata__":
            raise NotAStateError(f"{name!r} cannot be a name in a file; use printable text")
    texts = dict(metadata or {})
    if not all(isinstance(text, str) and text.isprintable() for pair in texts.items() for text in pair):
        raise NotAStateError("metadata is a dictionary from printable text to printable text")
    if kind == ".npz" and texts:
        raise FileKindError(f"{os.fspath(path)!r}: an .npz file has no room for metadata; save it as .safetensors")
    with replacing(path) as file:
        if kind == ".npz":
            _write_npz(file, arrays)
        else:
            safetensors.write(file, arrays, texts)


def load(path: FilePath) -> dict[str, np.ndarray]:
    """The arrays in a file that :func:`save` wrote, or another program in one of these formats.

    Raises:
        FileKindError: the path ends neither in ``.safetensors`` nor in ``.npz``.
        StateFileError: the file is damaged, or is no such file; says what is wrong.
        OSError: it cannot be read; ``FileNotFoundError`` if it is not there.
    """
    kind = _kind(path)
    content = _content(path)
    with _naming(path):
        return _read_npz(content) if kind == ".npz" else safetensors.read(content)[0]


def load_metadata(path: FilePath) -> dict[str, str]:
    """The pieces of text that were saved with a ``.safetensors`` file; an ``.npz`` file has none.

    Raises: as :func:`load`.
    """
    kind = _kind(path)
    content = _content(path)
    with _naming(path):
        return {} if kind == ".npz" else safetensors.read(content)[1]


@contextmanager
def replacing(path: FilePath) -> Iterator[BinaryIO]:
    """A file to write to, which takes the place of ``path`` at the end of the block; if an error ends it, never."""
    target = os.path.realpath(path)  # what a link points to is replaced, not the link
    folder = os.path.dirname(target)
    if not os.path.isdir(folder):
        raise FileNotFoundError(ENOENT, "there is no such folder", folder)
    unfinished = f"{target}.{os.getpid()}.unfinished"
    try:
        with open(unfinished, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # on the disk before it gets its name
        if os.path.exists(target):
            os.chmod(unfinished, os.stat(target).st_mode & 0o777)
        os.replace(unfinished, target)
    finally:
        if os.path.exists(unfinished):
            os.remove(unfinished)


@contextmanager
def _naming(path: FilePath) -> Iterator[None]:
    """Say of which file an error speaks."""
    try:
        yield
    except StateFileError as error:
        raise StateFileError(f"{os.fspath(path)!r} cannot be loaded: {error}") from None


def _content(path: FilePath) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _kind(path: FilePath) -> str:
    kind = os.path.splitext(os.fspath(path))[1].lower()
    if kind not in (".safetensors", ".npz"):
        raise FileKindError(
            f"{os.fspath(path)!r}: parameters are saved as .safetensors or as .npz, and the end of the name says which"
        )
    return kind


def _write_npz(file: BinaryIO, arrays: Mapping[str, np.ndarray]) -> None:
    """What ``np.savez`` writes; but it takes the names as keyword arguments, and ``file`` could not be one."""
    from zipfile import ZipFile

    with ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)


def _read_npz(content: bytes) -> dict[str, np.ndarray]:
    from zipfile import ZipFile

    arrays: dict[str, np.ndarray] = {}
    try:
        with ZipFile(BytesIO(content)) as archive:
            for info in archive.infolist():
                with archive.open(info) as entry:
                    array = np.lib.format.read_array(entry, allow_pickle=False)
                name = info.filename.removesuffix(".npy")
                if name in arrays:
                    raise ValueError(f"{readable(name)!r} stands there twice")
                arrays[name] = array.astype(array.dtype.newbyteorder("="))
        return state_arrays(arrays)
    except Exception as error:  # a damaged archive makes zipfile, zlib and NumPy raise almost anything
        raise StateFileError(f"it is no whole .npz file of numbers: {error or type(error).__name__}") from None
