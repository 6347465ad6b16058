"""The safetensors format: named arrays in one file, which hold no code and can be trusted to be just that.

A file is the length of the header (8 bytes, little-endian), the header, and the numbers of all arrays. The header is
JSON: from each name to ``dtype``, ``shape`` and ``data_offsets``, the first byte of the array and the one after its
last, counted from the end of the header; ``__metadata__`` may hold pieces of text. Spaces at the header's end bring
its length to a multiple of 8, and the arrays stand in it without gaps, so that each of them, if those of the widest
numbers come first, begins where the processor likes it. See https://github.com/huggingface/safetensors#format.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any, BinaryIO

import numpy as np

from ..core.errors import StateFileError, UnsupportedDataError
from ..core.names import readable

DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "|u1", "BOOL": "|b1",
}  # fmt: skip
CODES = {np.dtype(spelled): code for code, spelled in DTYPES.items()}
LONGEST_HEADER = 100_000_000  # bytes; the reference implementation reads no more either


def write(file: BinaryIO, arrays: Mapping[str, np.ndarray], metadata: Mapping[str, str]) -> None:
    """Write ``arrays`` to ``file``.

    Raises:
        UnsupportedDataError: the format has no code for an array's dtype; nothing is written then.
    """
    import json  # here and below: not loaded by `import nbgrad`

    header: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    end = 0
    ordered = sorted(arrays.items(), key=lambda item: -item[1].dtype.itemsize)  # those of a width in their order
    for name, array in ordered:
        code = CODES.get(array.dtype.newbyteorder("<"))
        if code is None:
            raise UnsupportedDataError(
                f"{readable(name)!r} is of dtype {array.dtype}, which a .safetensors file cannot hold"
            )
        begin, end = end, end + array.nbytes
        header[name] = {"dtype": code, "shape": list(array.shape), "data_offsets": [begin, end]}
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    file.write(len(text).to_bytes(8, "little") + text)
    for _, array in ordered:
        file.write(array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes())


def read(content: bytes) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The arrays and the metadata of a file with this content, in the order of its header.

    Raises:
        StateFileError: the content is not as the format demands; says what is wrong.
    """
    header, start = _header(content)
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
        raise StateFileError("its __metadata__ is not a dictionary of texts")
    found = {name: _described(name, entry) for name, entry in header.items()}
    _check_layout({name: (begin, end) for name, (_, _, begin, end) in found.items()}, len(content) - start)
    arrays = {
        name: _array(name, np.frombuffer(content, dtype, prod(shape), start + begin), shape)
        for name, (dtype, shape, begin, _) in found.items()
    }
    return arrays, metadata


def _header(content: bytes) -> tuple[dict[str, Any], int]:
    """The header, and where the numbers begin."""
    import json

    if len(content) < 8:
        raise StateFileError(f"it is truncated: {len(content)} bytes, and the header's length alone takes 8")
    length = int.from_bytes(content[:8], "little")
    if length > LONGEST_HEADER:
        raise StateFileError(f"its header would have {length} bytes, more than the {LONGEST_HEADER} that are allowed")
    if length > len(content) - 8:
        raise StateFileError(
            f"it is truncated: the header should have {length} bytes, but only {len(content) - 8} follow"
        )
    text = content[8 : 8 + length]
    if not text.startswith(b"{"):
        raise StateFileError("its header does not begin with { as it must")
    try:
        return json.loads(text.decode(), object_pairs_hook=_without_repeats), 8 + length
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise StateFileError(f"its header is no valid JSON: {error}") from None


def _array(name: str, numbers: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The numbers in their shape, as this computer writes numbers."""
    try:
        return numbers.reshape(shape).astype(numbers.dtype.newbyteorder("="))
    except (ValueError, OverflowError) as error:  # too many axes; or too long ones, though one of length 0 is there
        raise StateFileError(f"NumPy has no arrays of the shape {shape} of {readable(name)!r}: {error}") from None


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) < len(pairs):
        raise ValueError("a name stands there twice")
    return names


def _described(name: str, entry: Any) -> tuple[np.dtype, tuple[int, ...], int, int]:
    """The dtype and shape of an array, its first byte and the one after its last, as its entry in the header says."""
    called = repr(readable(name))
    if not isinstance(entry, dict) or not {"dtype", "shape", "data_offsets"} <= set(entry):
        raise StateFileError(f"the entry of {called} must have dtype, shape and data_offsets")
    code, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(code, str) or code not in DTYPES:
        raise StateFileError(
            f"the dtype of {called} is {code!r}, which NumPy does not have; known: {', '.join(DTYPES)}"
        )
    if not _whole_numbers(shape):
        raise StateFileError(f"the shape of {called} is {shape!r}, and no list of whole numbers from 0 upwards")
    if not _whole_numbers(offsets) or len(offsets) != 2 or offsets[0] > offsets[1]:
        raise StateFileError(
            f"the data_offsets of {called} are {offsets!r}, and not the beginning and the end of a range"
        )
    dtype = np.dtype(DTYPES[code])
    needed = prod(shape) * dtype.itemsize
    if offsets[1] - offsets[0] != needed:
        raise StateFileError(
            f"{called} of shape {tuple(shape)} and {code} takes {needed} bytes, but its data_offsets are {offsets}"
        )
    return dtype, tuple(shape), offsets[0], offsets[1]


def _whole_numbers(numbers: Any) -> bool:
    return isinstance(numbers, list) and all(type(number) is int and number >= 0 for number in numbers)


def _check_layout(ranges: Mapping[str, tuple[int, int]], length: int) -> None:
    """Make sure that the arrays cover the ``length`` bytes of numbers from first to last: no gap, no overlap."""
    reached = 0
    for name, (begin, end) in sorted(ranges.items(), key=lambda item: item[1]):
        if begin != reached:
            wrong = "overlaps the one before it" if begin < reached else "leaves a gap before it"
            raise StateFileError(
                f"{readable(name)!r} begins at byte {begin} of the numbers instead of {reached}: it {wrong}"
            )
        if end > length:
            raise StateFileError(
                f"it is truncated: {readable(name)!r} ends at byte {end} of the numbers, and there are {length}"
            )
        reached = end
    if reached != length:
        raise StateFileError(f"{length - reached} bytes at its end belong to no array")
