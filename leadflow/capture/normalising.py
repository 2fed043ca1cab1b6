"""Columns of text become columns of values, one kind at a time; what is not understood is listed."""

import datetime as dt
import re
from collections.abc import Hashable
from functools import partial
from typing import Any, Final

import attrs
import numpy as np

from leadflow.capture.parsing import (
    JAPAN,
    is_blank,
    parse_count,
    parse_flag,
    parse_tags,
    parse_text,
    unmarked,
)
from leadflow.columns import MISSING, Cell, Codes, Column
from leadflow.errors import InvalidValueError
from leadflow.records.fields import FIELDS, FieldKind
from leadflow.values import (
    CompanyName,
    CorporateNumber,
    EmailAddress,
    Kana,
    Money,
    ParsedColumn,
    PersonName,
    PhoneNumber,
    PostalAddress,
    PostalCode,
    WebDomain,
    is_filler,
    parse_date,
    parse_datetime,
)
from leadflow.values.filler import is_mark
from leadflow.values.parsed import CellReader, parse_cells

__all__ = [
    "Normalised",
    "NormalisedCell",
    "normalise_cell",
    "normalise_column",
    "normalise_custom",
    "parse_moment",
    "trimmed",
]

_AS_TYPED: Final = frozenset({"rating", "memo"})
_STOPS: Final = frozenset({"opt_out_email", "opt_out_phone", "bounced"})
_SERIAL: Final = re.compile(r"([2-6][0-9]{4})(?:\.([0-9]+))?", re.ASCII)
_MOSTLY_REFUSED: Final = 0.5
_ENOUGH_TO_JUDGE: Final = 4


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Normalised:
    """A column after normalising.

    Attributes:
        column: (n,) canonical values; cells that were not understood are missing.
        bad: (n,) int32, read-only; an index into ``reasons``, or -1.
        reasons: why cells were not understood; without values.
        parsed: (n,) the value objects, for fields that others are derived from; None for other kinds.
    """

    column: Column
    bad: Codes
    reasons: tuple[str, ...]
    parsed: Column | None = None


def normalise_column(field: str, column: Column) -> Normalised:
    """Normalise the texts of a field.

    Args:
        field: a name in ``FIELDS``.
        column: (n,) texts; missing cells stay missing.

    Returns:
        The canonical values and the cells that were not understood.

    Example:
        >>> done = normalise_column("email", Column.of(["ＳＡＴＯ@example.jp", "03-1234-5678", "-"]))
        >>> done.column.to_list(), (done.bad >= 0).tolist()
        (['sato@example.jp', None, None], [False, True, False])
    """
    kind = FIELDS[field].kind
    texts = column.map(_unmarked) if any(str(value)[:1] == "'" for value in column.values) else column
    parsed = _READERS[field].read_all(texts)
    if kind not in _VALUES:
        return _of_plain(parsed)
    if kind in _NATIONAL and _is_foreign(parsed, texts):
        return _of_plain(parse_cells(texts, _parse_foreign, is_empty=is_filler))
    return _of_values(parsed, keep=kind in _DERIVING)


@attrs.frozen(kw_only=True, eq=False)
class NormalisedCell:
    """A cell after normalising.

    Attributes:
        cell: the canonical value; missing where the cell was empty or not understood.
        parsed: the value object, for fields that others are derived from; None for other kinds.
        refused: why the cell was not understood, without its text; empty when it was.
    """

    cell: Cell
    parsed: Cell | None = None
    refused: str = ""


def normalise_cell(field: str, text: str) -> NormalisedCell:
    """Normalise one text of a field as ``normalise_column`` does a column of it alone.

    Args:
        field: a name in ``FIELDS``.
        text: what was typed.

    Example:
        >>> normalise_cell("email", "ＳＡＴＯ@example.jp").cell.value, normalise_cell("email", "-").cell.value
        ('sato@example.jp', None)
    """
    kind = FIELDS[field].kind
    try:
        read = _READERS[field].read(unmarked(text) if text[:1] == "'" else text)
    except InvalidValueError as error:
        return NormalisedCell(cell=Cell(None), refused=error.message)
    if kind not in _VALUES:
        return NormalisedCell(cell=Cell(_plain(read)))
    parsed = Cell(read)
    return NormalisedCell(cell=parsed.map(str), parsed=parsed if kind in _DERIVING else None)


def normalise_custom(column: Column) -> Column:
    """Trim the texts of a custom column; blank ones are missing, all others stay as typed.

    Example:
        >>> normalise_custom(Column.of([" なし ", "　"])).to_list()
        ['なし', None]
    """
    if all(isinstance(value, str) and value == value.strip() for value in column.values):
        return column
    return column.map(trimmed)


def trimmed(cell: Hashable) -> str | None:
    """Trim the text of a custom cell; a blank one is missing, any other stays as typed.

    Example:
        >>> trimmed(" なし "), trimmed("　")
        ('なし', None)
    """
    return str(cell).strip() or None


def parse_moment(text: str) -> dt.datetime:
    """Read a moment; without a zone it is Japan Standard Time, without a time of day midnight.

    Raises:
        InvalidValueError: there is no such moment.

    Example:
        >>> parse_moment("2026/04/15 10:05").isoformat(), parse_moment("R8.4.15").isoformat()
        ('2026-04-15T10:05:00+09:00', '2026-04-15T00:00:00+09:00')
    """
    serial = _excel_moment(text)
    return parse_datetime(text, tz=JAPAN, era_overrun="accept") if serial is None else serial


def _excel_moment(text: str) -> dt.datetime | None:
    """Return the moment of an Excel serial number, such as 45748 or 45748.4201; else None."""
    found = _SERIAL.fullmatch(text.strip())
    if found is None:
        return None
    # ECMA-376 (2016), part 1, 18.17.4.1: day 1 is 1900-01-01, with a 29th of February 1900 that never was.
    midnight = dt.datetime(1899, 12, 30, tzinfo=JAPAN) + dt.timedelta(days=int(found[1]))
    return midnight + dt.timedelta(seconds=round(float(f"0.{found[2] or 0}") * 86_400))


def _parse_yen(text: str) -> int:
    return Money.parse(text).amount


def _parse_day(text: str) -> dt.date:
    serial = _excel_moment(text)
    return parse_date(text, era_overrun="accept") if serial is None else serial.date()


_VALUES: Final[dict[FieldKind, CellReader[Any]]] = {
    FieldKind.COMPANY: CompanyName.reader(),
    FieldKind.PERSON: PersonName.reader(),
    FieldKind.KANA: Kana.reader(),
    FieldKind.EMAIL: EmailAddress.reader(),
    FieldKind.PHONE: PhoneNumber.reader(),
    FieldKind.POSTAL_CODE: PostalCode.reader(),
    FieldKind.ADDRESS: PostalAddress.reader(),
    FieldKind.CORPORATE_NUMBER: CorporateNumber.reader(),
    FieldKind.URL: WebDomain.reader(),
}
"""The kinds of which a cell is read as a value object, whose text is the canonical value."""

_FEWEST_DIGITS: Final = 3
_LONGEST_NUMBER: Final = 40
_NATIONAL: Final = frozenset({FieldKind.POSTAL_CODE, FieldKind.PHONE})
_DERIVING: Final = frozenset({FieldKind.COMPANY, FieldKind.PERSON, FieldKind.PHONE, FieldKind.ADDRESS})
_PLAIN: Final[dict[FieldKind, CellReader[Any]]] = {
    FieldKind.INTEGER: CellReader(parse_count),
    FieldKind.MONEY: CellReader(_parse_yen),
    FieldKind.TAGS: CellReader(parse_tags),
    FieldKind.DATE: CellReader(_parse_day),
    FieldKind.TIME: CellReader(parse_moment),
}


def _of_values(parsed: ParsedColumn, *, keep: bool) -> Normalised:  # type: ignore[type-arg]  # one of several value types
    return Normalised(
        column=parsed.canonical,
        bad=_bad(parsed),
        reasons=parsed.reasons,
        parsed=Column(codes=parsed.codes, values=parsed.values) if keep else None,
    )


def _of_plain(parsed: ParsedColumn) -> Normalised:  # type: ignore[type-arg]  # one of several value types
    column = Column(codes=parsed.codes, values=parsed.values).map(_plain)
    return Normalised(column=column, bad=_bad(parsed), reasons=parsed.reasons)


def _plain(value: Hashable) -> Hashable:
    return None if value in {"", ()} else value


def _bad(parsed: ParsedColumn) -> Codes:  # type: ignore[type-arg]  # one of several value types
    bad = np.full(len(parsed), MISSING, np.int32)
    bad[parsed.bad] = parsed.bad_codes
    bad.flags.writeable = False
    return bad


def _parse_foreign(text: str) -> str:
    """Return a code or number of another country as text; it has digits, and no sentence around them."""
    shown = parse_text(text)
    digits = sum(character.isdigit() for character in shown)
    if digits < _FEWEST_DIGITS or len(shown) > _LONGEST_NUMBER:
        raise InvalidValueError(
            f"Not a number of any country ({len(text)} characters): expected digits.",
            kind="number",
            length=len(text),
        )
    return shown


def _is_foreign(parsed: ParsedColumn, texts: Column) -> bool:  # type: ignore[type-arg]  # one of several value types
    """Tell whether postal codes or phone numbers are of another country: most of them are refused."""
    refused = len(parsed.reasons)
    return refused >= _ENOUGH_TO_JUDGE and refused > _MOSTLY_REFUSED * len(texts.values)


def _unmarked(value: Hashable) -> Hashable:
    return unmarked(str(value))


def _is_empty_flag(text: str) -> bool:
    if is_blank(text):
        return True
    try:
        parse_flag(text)
    except InvalidValueError:
        return is_filler(text)
    return False


def _is_empty_grade(text: str) -> bool:
    return is_blank(text) or (is_filler(text) and not is_mark(text))


def _reader_of(field: str) -> CellReader[Any]:
    """Return how a cell of a field is read."""
    kind = FIELDS[field].kind
    known = _VALUES.get(kind) or _PLAIN.get(kind)
    if known is not None:
        return known
    if kind is FieldKind.FLAG:
        return CellReader(partial(parse_flag, stops=field in _STOPS), _is_empty_flag)
    return CellReader(parse_text, _is_empty_grade if field in _AS_TYPED else is_filler)


_READERS: Final[dict[str, CellReader[Any]]] = {field: _reader_of(field) for field in FIELDS}
