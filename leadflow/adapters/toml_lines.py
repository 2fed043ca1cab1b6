"""On which line of a TOML file a path stands, so that an error in a definition can point there."""

import re
from typing import Final

__all__ = ["line_of"]

_STEP: Final = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")
_TABLE: Final = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY: Final = re.compile(
    r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|#.*$')

_Path = tuple[str | int, ...]


def line_of(text: str, path: str) -> int:
    """Return the line of the nearest thing to a path.

    Args:
        text: the TOML document.
        path: as in errors, such as ``"$.scoring.fit[2].points"``.

    Returns:
        A line number from 1.

    Example:
        >>> line_of('version = "1"' + chr(10) + "[scoring]" + chr(10) + "fit = []", "$.scoring.fit[0]")
        3
    """
    wanted: _Path = tuple(
        int(index) if index else name for name, index in _STEP.findall(path.removeprefix("$"))
    )
    best, best_line = 0, 1
    for place, line in _places(text):
        shared = next(
            (i for i, (a, b) in enumerate(zip(place, wanted, strict=False)) if a != b),
            min(len(place), len(wanted)),
        )
        if shared not in {len(place), len(wanted)}:
            continue
        # A table may have no heading of its own, only parts with headings; its own goes before its parts'.
        nearness = 2 * shared + (shared == len(place))
        if nearness > best:
            best, best_line = nearness, line
    return best_line


def _places(text: str) -> list[tuple[_Path, int]]:
    found: list[tuple[_Path, int]] = []
    counts: dict[_Path, int] = {}
    table: _Path = ()
    array: _Path | None = None
    depth = index = 0
    for number, line in enumerate(text.splitlines(), start=1):
        bare = _QUOTED.sub(lambda match: "" if match[0].startswith("#") else "''", line)
        if array is not None:
            if depth == 1 and bare.strip() and not bare.lstrip().startswith("]"):
                found.append(((*array, index), number))
            for sign in bare:
                depth += (sign in "[{") - (sign in "]}")
                index += depth == 1 and sign == ","
            array = array if depth > 0 else None
            continue
        heading, key = _TABLE.match(line), _KEY.match(line)
        if heading:
            table = _placed(_parts(heading[2]), counts, new=heading[1] == "[[")
            found.append((table, number))
        elif key:
            place = (*table, *_parts(key[1]))
            found.append((place, number))
            value = bare[bare.index("=") + 1 :]
            depth = sum((sign in "[{") - (sign in "]}") for sign in value)
            if depth > 0 and value.lstrip().startswith("["):
                array, index = place, sum(sign == "," for sign in value) if depth == 1 else 0
    return found


def _placed(names: _Path, counts: dict[_Path, int], *, new: bool) -> _Path:
    """Return the path of a heading, with the running number of every array of tables on the way."""
    place: _Path = ()
    for i, name in enumerate(names):
        place = (*place, name)
        last = i == len(names) - 1
        if last and new:
            counts[place] = counts.get(place, -1) + 1
        if place in counts and (new or not last):
            place = (*place, counts[place])
    return place


def _parts(dotted: str) -> _Path:
    return tuple(part.strip().strip("\"'") for part in re.findall(r'"[^"]*"|\'[^\']*\'|[^.]+', dotted))
