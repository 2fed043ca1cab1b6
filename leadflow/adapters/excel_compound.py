"""A check of compound files (.xls and encrypted workbooks) before they are opened.

A damaged sector chain or row count makes the parser ask for more memory than there is, which ends the process and
cannot be caught. So the chains and the counts are checked first; what is in the cells is left to the parser.
"""

import struct
from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["MAGIC", "is_sound"]

MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_LARGEST_SECTOR: Final = 0xFFFFFFFA
_MINI: Final = 64
_ROWS: Final = 65_536
_COLUMNS: Final = 256
_DIMENSIONS: Final = 0x0200
_STRINGS: Final = 0x00FC
_CELLS: Final = frozenset(
    {0x0006, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x00D6, 0x027E, 0x0001, 0x0002, 0x0003, 0x0004, 0x0005}
)
_CELL_RUNS: Final = frozenset({0x00BD, 0x00BE})

Numbers = npt.NDArray[np.uint32]


def is_sound(data: bytes) -> bool:
    r"""Tell whether a compound file's chains end and its sheets are no larger than sheets can be.

    Args:
        data: the bytes of the file.

    References:
        Microsoft, [MS-CFB] "Compound File Binary File Format" (2024), 2.2 to 2.6.
        Microsoft, [MS-XLS] "Excel Binary File Format" (2024), 2.4.90 (Dimensions), 2.4.265 (SST).

    Example:
        >>> is_sound(MAGIC + b"\x00" * 600)
        False
    """
    try:
        return all(map(_is_sound_book, _books(data)))
    except (struct.error, ValueError, IndexError):
        return False


def _books(data: bytes) -> Iterator[bytes]:
    """Follow every chain of the file and yield the streams that hold sheets."""
    shift, mini_shift = struct.unpack_from("<HH", data, 30)
    if shift not in {9, 12} or mini_shift != 6:
        raise ValueError
    size = 1 << shift
    sectors = len(data) // size + 1
    fats, first_directory = struct.unpack_from("<II", data, 44)
    first_mini, minis, first_extension, extensions = struct.unpack_from("<IIII", data, 60)
    if max(fats, minis, extensions) > sectors:
        raise ValueError
    table = _allocation(data, size, first_extension, sectors)
    directory = _read(data, _chain(table, first_directory), size)
    mini_table = np.frombuffer(_read(data, _chain(table, first_mini), size), "<u4")
    pool = b""
    for place in range(0, len(directory) - 127, 128):
        entry = directory[place : place + 128]
        kind, start, length = entry[66], *struct.unpack_from("<II", entry, 116)
        if kind not in {2, 5}:
            continue
        if length > len(data):
            raise ValueError
        if kind == 5:
            pool = _read(data, _chain(table, start), size)
            continue
        small = length < 4096
        chain = _chain(mini_table if small else table, start) if length else []
        name = entry[:64].decode("utf-16-le", "replace").rstrip("\x00").casefold()
        if name in {"workbook", "book"}:
            stream = (
                b"".join(pool[n * _MINI : n * _MINI + _MINI] for n in chain)
                if small
                else _read(data, chain, size)
            )
            yield stream[:length]


def _allocation(data: bytes, size: int, extension: int, sectors: int) -> Numbers:
    places = list(struct.unpack_from("<109I", data, 76))
    for _ in range(sectors):
        if extension > _LARGEST_SECTOR:
            break
        block = struct.unpack_from(f"<{size // 4}I", data, (extension + 1) * size)
        places += block[:-1]
        extension = block[-1]
    else:
        raise ValueError
    used = [place for place in places if place <= _LARGEST_SECTOR]
    if len(used) != len(set(used)):
        raise ValueError
    return np.frombuffer(_read(data, used, size), "<u4")


def _chain(table: Numbers, start: int) -> list[int]:
    """Return the sectors of a chain; one that runs in a circle or out of the table is an error."""
    chain: list[int] = []
    while start <= _LARGEST_SECTOR:
        if start >= len(table) or len(chain) > len(table):
            raise ValueError
        chain.append(start)
        start = int(table[start])
    return chain


def _read(data: bytes, chain: list[int], size: int) -> bytes:
    parts = [data[(place + 1) * size : (place + 2) * size] for place in chain]
    return b"".join(part.ljust(size, b"\x00") for part in parts)


def _is_sound_book(stream: bytes) -> bool:
    place, end = 0, len(stream)
    while place + 4 <= end:
        kind, length = struct.unpack_from("<HH", stream, place)
        body = place + 4
        if kind == _DIMENSIONS and not _is_sheet(stream[body : body + length]):
            return False
        if kind == _STRINGS and struct.unpack_from("<I", stream, body + 4)[0] > end:
            return False
        if kind in _CELLS and length >= 4 and struct.unpack_from("<H", stream, body + 2)[0] >= _COLUMNS:
            return False
        if kind in _CELL_RUNS and length >= 6:
            first, last = (
                struct.unpack_from("<H", stream, body + 2)[0],
                struct.unpack_from("<H", stream, body + length - 2)[0],
            )
            if first >= _COLUMNS or last >= _COLUMNS:
                return False
        place = body + length
    return True


def _is_sheet(record: bytes) -> bool:
    layout = "<IIHH" if len(record) >= 14 else "<HHHH"
    first_row, last_row, first_column, last_column = struct.unpack_from(layout, record)
    return bool(first_row <= last_row <= _ROWS and first_column <= last_column <= _COLUMNS)
