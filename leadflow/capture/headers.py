"""Which row is the header, which system wrote it, and which column is which field."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import Final

import attrs

from leadflow.capture.sniffing import fitting_share, judge, sniff_unknown
from leadflow.capture.synonyms import GENERIC, SYSTEMS, System, header_key
from leadflow.columns import Column
from leadflow.errors import InputError, UnknownNameError, near_miss
from leadflow.records.fields import FIELDS, FieldKind

__all__ = [
    "ColumnMapping",
    "HeaderMap",
    "complete_header",
    "detect_system",
    "find_header",
    "known_headers",
    "map_fields",
    "map_headers",
]

HEADER_SEARCH: Final = 60
"""How many rows are looked at for a header; exports put up to twenty lines before it."""

_TELLING: Final = re.compile(r"[0-9０-９:：@＠]")
_NUMBERED: Final = re.compile(r"(.+?)([1-9])")
_GUARDED: Final = re.compile(
    r"可否|同意|希望|拒否|停止|禁止|有無|区分|種別|回数|理由|フラグ|日時|日付|件数|方法|時間|数$|番目|確認|id$|コード|date|count|type|reason"
)
_SUBSTRING_KINDS: Final = frozenset(
    {
        FieldKind.EMAIL,
        FieldKind.PHONE,
        FieldKind.POSTAL_CODE,
        FieldKind.COMPANY,
        FieldKind.PERSON,
        FieldKind.KANA,
        FieldKind.ADDRESS,
    }
)
_QUESTION: Final = re.compile(r"(?:q|問|設問|質問)[0-9]{1,2}(?=\D)")
_KANA_MARK: Final = re.compile(r"ふりがな|フリガナ|カナ|かな|よみ|ヨミ|読み|kana|phonetic")
_CHECKED_KINDS: Final = frozenset(
    {
        FieldKind.EMAIL,
        FieldKind.PHONE,
        FieldKind.POSTAL_CODE,
        FieldKind.DATE,
        FieldKind.TIME,
        FieldKind.MONEY,
        FieldKind.INTEGER,
    }
)

_LEFT_KINDS: Final = frozenset({FieldKind.MONEY, FieldKind.INTEGER, FieldKind.DATE, FieldKind.TIME})


@attrs.frozen(kw_only=True)
class ColumnMapping:
    """What one column was taken for.

    Attributes:
        header: the header as it stands in the list.
        field: the field, or None for a custom column.
        confidence: from 0 to 1; 1 when the caller said so.
        why: how it was decided.
        rank: 0 for the column that fills the field; 1, 2 … for columns that only fill its gaps.
    """

    header: str
    field: str | None
    confidence: float
    why: str
    rank: int = 0


@attrs.frozen(kw_only=True)
class HeaderMap:
    """All columns of a list with their fields.

    Attributes:
        system: the system that wrote the header, or an empty text.
        columns: one per column, in the order of the list.
    """

    system: str
    columns: tuple[ColumnMapping, ...]

    def of(self, field: str) -> tuple[ColumnMapping, ...]:
        """Return the columns of a field, the one that fills it first.

        Example:
            >>> header_map = map_headers({"Email": Column.of(["a@example.jp"])})
            >>> [column.header for column in header_map.of("email")]
            ['Email']
        """
        return tuple(
            sorted(
                (column for column in self.columns if column.field == field), key=lambda column: column.rank
            )
        )

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that have a column, in the order of the list.

        Example:
            >>> map_headers({"Email": Column.of([]), "x": Column.of([])}).fields
            ('email',)
        """
        return tuple(dict.fromkeys(column.field for column in self.columns if column.field is not None))


def known_headers(cells: Sequence[str], extra: frozenset[str] = frozenset()) -> int:
    """Count the different cells of a row that are headers of some field.

    Args:
        cells: the cells of one row.
        extra: header keys that count besides the known ones.

    Example:
        >>> known_headers(["会社名", "氏名", "佐藤", "", "Email"])
        3
    """
    return len(
        {
            key
            for cell in cells
            if len(cell) < 60 and (key := header_key(cell)) and (_is_known(key) or key in extra)
        }
    )


def find_header(
    rows: Sequence[Sequence[str]], *, mapping: Mapping[str, str] | None = None, place: str = "the input"
) -> int:
    """Return the index of the row that is the header: the one with most known headers, the first of equals.

    Of a header in two rows that is the lower one, whose empty cells ``complete_header`` fills.

    Args:
        rows: the first rows of the list.
        mapping: header to field, as the caller gave it; its headers count as known.
        place: how messages name the input.

    Raises:
        InputError: no row has a known header.

    Example:
        >>> find_header([["2025年度 来場者リスト"], [], ["会社名", "氏名", "TEL"], ["㈱山田", "佐藤", ""]])
        2
    """
    extra = frozenset(header_key(header) for header in mapping or {})
    best, best_score = -1, (0, 0.0)
    for index, row in enumerate(rows[:HEADER_SEARCH]):
        filled = [cell for cell in row if cell.strip()]
        known = known_headers(filled, extra)
        if known == 0:
            continue
        if known == len(filled) and index:
            filled = [cell for cell in complete_header(row, rows[index - 1]) if cell.strip()]
            known = known_headers(filled, extra)
        # A header names columns only; an address, a digit string or a long sentence makes the row data.
        data = sum("@" in cell or len(cell) > 80 or cell.strip().isdigit() for cell in filled)
        score = (known - 2 * data, known / len(filled))
        if score[0] > best_score[0] or (score[0] == best_score[0] and score[1] > best_score[1] and best < 0):
            best, best_score = index, score
    if best < 0:
        looked = min(len(rows), HEADER_SEARCH)
        raise InputError(
            f"{place}: none of the first {looked} rows names a known column such as 会社名, 氏名, Email or Phone. "
            "Add a header row, or say what your headers mean with mapping={'your header': 'email'}.",
            place=place,
        )
    return best


def complete_header(row: Sequence[str], above: Sequence[str]) -> list[str]:
    """Return a header row whose empty cells have what stands above them, as where cells of two rows are merged.

    Args:
        row: the header, or the lower of its two rows.
        above: the row above. Of what is no usual header, a text that stands alone is a title, and one with digits or a colon
            tells of the list, such as when it was written; neither names a column.

    Returns:
        The header, without cells at its end that are empty in both rows.

    Example:
        >>> complete_header(["会社名", "氏名", "メール"], ["お客様", "", "", "担当", "出力日：4/1", ""])
        ['会社名', '氏名', 'メール', '担当', '']
    """
    cells = [*row, *[""] * (len(above) - len(row))]
    title = sum(bool(text.strip()) for text in above) == 1
    for place, text in enumerate(above):
        if not cells[place].strip() and (not (title or _TELLING.search(text)) or known_headers([text])):
            cells[place] = text
    while cells and not (cells[-1].strip() or (len(cells) <= len(above) and above[len(cells) - 1].strip())):
        cells.pop()
    return cells


def detect_system(headers: Sequence[str]) -> System | None:
    """Return the system whose list has these headers, or None.

    A system is recognised by at least two headers that hardly any other system uses, or by one when it knows
    nine in ten of all headers.

    Example:
        >>> detect_system(["リード ID", "会社名", "姓", "名", "リード所有者"]).name
        'Salesforce'
        >>> detect_system(["会社名", "氏名"]) is None
        True
    """
    keys = {header_key(header) for header in headers} - {""}
    best: tuple[float, System] | None = None
    for system in SYSTEMS:
        signs = len(keys & system.signature)
        known = sum(key in system.fields or key in system.signature for key in keys) / max(1, len(keys))
        if signs >= 2 or (signs == 1 and known >= 0.9):
            score = signs + 3 * known
            if best is None or score > best[0]:
                best = (score, system)
    return None if best is None else best[1]


def map_headers(
    columns: Mapping[str, Column], *, mapping: Mapping[str, str] | None = None, place: str = "the input"
) -> HeaderMap:
    """Decide for each column which field it is.

    The order is: the caller's mapping; the table of the system that wrote the header; headers that the values
    must decide; the general synonyms; numbered headers; a known word inside the header; values of a form that
    nothing else has. What remains is a custom column.

    Args:
        columns: header to ``Column`` of texts.
        mapping: header to field name; an empty field name leaves the column a custom one.
        place: how messages name the input.

    Returns:
        The map, one entry per column.

    Raises:
        UnknownNameError: the mapping names a header or a field that does not exist.
        InputError: no column is a known field.

    Example:
        >>> header_map = map_headers({"貴社名": Column.of(["㈱山田"]), "Q1": Column.of(["はい"])})
        >>> [(column.header, column.field) for column in header_map.columns]
        [('貴社名', 'company'), ('Q1', None)]
    """
    told = _told_by(tuple(columns), tuple(_check_mapping(columns, mapping).items()))
    decided = _decided(told, columns.__getitem__, place)
    ordered = [_checked(decided[header], columns[header]) for header in columns]
    return HeaderMap(system=told.system, columns=_ranked(ordered))


def map_fields(
    headers: Collection[str],
    column_of: Callable[[str], Column],
    *,
    mapping: Mapping[str, str] | None = None,
    place: str = "the input",
) -> dict[str, str | None]:
    """Decide which field each column is as ``map_headers`` does, without saying how sure that is.

    Args:
        headers: the headers, each once.
        column_of: gives the texts of a header; few are asked for, because most headers say enough.
        mapping: header to field name; an empty field name leaves the column a custom one.
        place: how messages name the input.

    Returns:
        Header to field, in the order of the headers; None for a custom column.

    Raises:
        UnknownNameError: the mapping names a header or a field that does not exist.
        InputError: no column is a known field.

    Example:
        >>> map_fields(["貴社名", "Q1"], {"貴社名": Column.of(["㈱山田"]), "Q1": Column.of(["はい"])}.__getitem__)
        {'貴社名': 'company', 'Q1': None}
    """
    told = _told_by(tuple(headers), tuple(_check_mapping(headers, mapping).items()))
    decided = _decided(told, column_of, place)
    return {
        header: column.field
        if column.field is None or FIELDS[column.field].kind not in _LEFT_KINDS
        else _checked(column, column_of(header)).field
        for header, column in ((header, decided[header]) for header in headers)
    }


@attrs.frozen(kw_only=True)
class _Told:
    """What headers tell before anybody looks at the values.

    Attributes:
        system: the system that wrote them, or an empty text.
        decided: by header.
        left: the headers that the values must decide, in the order in which they are.
    """

    system: str
    decided: Mapping[str, ColumnMapping]
    left: tuple[str, ...]


@lru_cache(maxsize=256)
def _told_by(headers: tuple[str, ...], given: tuple[tuple[str, str], ...]) -> _Told:
    """Return what headers tell; the forms of a company have the same ones again and again."""
    found, fields = detect_system(headers), dict(given)
    system = "" if found is None else found.name
    decided: dict[str, ColumnMapping] = {}
    for header in headers:
        if header in fields:
            decided[header] = ColumnMapping(
                header=header, field=fields[header] or None, confidence=1.0, why="as given"
            )
        elif (clear := _clear_of(header, system)) is not None:
            decided[header] = clear
    # Whose person 担当者 names depends on the other names, so those headers come last.
    left = sorted(
        (header for header in headers if header not in decided), key=lambda header: "担当" in header
    )
    return _Told(system=system, decided=decided, left=tuple(left))


def _decided(told: _Told, column_of: Callable[[str], Column], place: str) -> dict[str, ColumnMapping]:
    """Return what each column was taken for, also those that the values decide."""
    decided = dict(told.decided)
    for header in told.left:
        taken = [column.field for column in decided.values() if column.field is not None]
        decided[header] = _open(header, column_of(header), taken)
    if not any(column.field for column in decided.values()):
        raise InputError(
            f"{place}: none of its {len(decided)} columns is known, such as 会社名, 氏名, Email or Phone. "
            "Say what your headers mean with mapping={'your header': 'email'}.",
            place=place,
        )
    return decided


def _is_known(key: str) -> bool:
    return key in GENERIC.fields or key in _ALL_KEYS


_ALL_KEYS: Final = frozenset(key for system in SYSTEMS for key in system.fields) | frozenset(
    {"担当者", "担当", "名", "名前", "連絡先", "ご連絡先", "ランク", "rank", "部門", "住所1", "住所2", "tel"}
)


def _check_mapping(headers: Collection[str], mapping: Mapping[str, str] | None) -> dict[str, str]:
    given: dict[str, str] = {}
    if not mapping:
        return given
    by_key = {header_key(header): header for header in headers}
    for name, field in mapping.items():
        header = name if name in headers else by_key.get(header_key(name))
        if header is None:
            raise UnknownNameError(
                f"mapping= names a column that the list does not have: '{name[:40]}'.{near_miss(name, headers)}"
            )
        if field and field not in FIELDS:
            raise UnknownNameError(
                f"mapping= names an unknown field: '{field[:40]}'.{near_miss(field, FIELDS)}"
            )
        given[header] = field
    return given


@lru_cache(maxsize=2048)
def _clear_of(header: str, system: str) -> ColumnMapping | None:
    return _clear(header, _SYSTEM_OF.get(system))


_SYSTEM_OF: Final = {system.name: system for system in SYSTEMS}


def _clear(header: str, system: System | None) -> ColumnMapping | None:
    key = header_key(header)
    if system is not None and key in system.fields:
        return ColumnMapping(
            header=header,
            field=system.fields[key],
            confidence=1.0,
            why=f"a header of {system.name}",
            rank=system.ranks.get(key, 0),
        )
    if judge(key, Column.of([]), []) is not None:
        return None
    if key in GENERIC.fields:
        return ColumnMapping(
            header=header,
            field=GENERIC.fields[key],
            confidence=0.95,
            why="a usual header of this field",
            rank=GENERIC.ranks.get(key, 0),
        )
    for other in SYSTEMS:
        if key in other.fields:
            return ColumnMapping(
                header=header,
                field=other.fields[key],
                confidence=0.9,
                why=f"a header of {other.name}",
                rank=other.ranks.get(key, 0),
            )
    numbered = _NUMBERED.fullmatch(key)
    if numbered and numbered[1] in GENERIC.fields:
        return ColumnMapping(
            header=header,
            field=GENERIC.fields[numbered[1]],
            confidence=0.9,
            why="a usual header with a number",
            rank=int(numbered[2]) - 1 + GENERIC.ranks.get(numbered[1], 0),
        )
    return None


def _open(header: str, column: Column, taken: list[str]) -> ColumnMapping:
    key = header_key(header)
    evidence = judge(key, column, taken)
    if evidence is not None:
        return ColumnMapping(
            header=header,
            field=evidence.field,
            confidence=round(evidence.confidence, 2),
            why=f"by its values: {evidence.why}",
        )
    asked = GENERIC.fields.get(_QUESTION.sub("", key, count=1)) if _QUESTION.match(key) else None
    if asked is not None and fitting_share(column, FIELDS[asked].kind) >= 0.5:
        return ColumnMapping(header=header, field=asked, confidence=0.8, why="the question asks for it")
    inside = _inside(key)
    if inside is not None and fitting_share(column, FIELDS[inside].kind) >= 0.5:
        return ColumnMapping(
            header=header,
            field=inside,
            confidence=0.6,
            why="a known word inside the header",
            rank=1 if inside in taken else 0,
        )
    unknown = sniff_unknown(column, taken)
    if unknown is not None:
        return ColumnMapping(
            header=header,
            field=unknown.field,
            confidence=unknown.confidence,
            why=f"by its values: {unknown.why}",
        )
    return ColumnMapping(header=header, field=None, confidence=1.0, why="not known: kept as a custom column")


def _inside(key: str) -> str | None:
    """Return the field of the longest known word inside a header key."""
    if _GUARDED.search(key):
        return None
    best, length = None, 0
    for word, field in GENERIC.fields.items():
        if FIELDS[field].kind not in _SUBSTRING_KINDS:
            continue
        shortest = 5 if word.isascii() else 2
        if len(word) >= shortest and len(word) > length and word in key:
            best, length = field, len(word)
    if best == "company" and "英" in key:
        return "company_en"
    if best is not None and _KANA_MARK.search(key):
        return {
            "company": "company_kana",
            "full_name": "full_name_kana",
            "last_name": "last_name_kana",
            "first_name": "first_name_kana",
        }.get(best, best if best.endswith("kana") else None)
    return best


def _checked(column: ColumnMapping, cells: Column) -> ColumnMapping:
    """Lower the confidence when the values do not look like the field."""
    if column.field is None or column.why == "as given":
        return column
    kind = FIELDS[column.field].kind
    if kind not in _CHECKED_KINDS:
        return column
    share = fitting_share(cells, kind)
    if share >= 0.3:
        return column
    if kind in _LEFT_KINDS and not column.why.startswith("a header of"):
        why = f"called like {column.field}, but only {share:.0%} of the values fit: kept as a custom column"
        return attrs.evolve(column, field=None, confidence=0.6, why=why)
    return attrs.evolve(
        column,
        confidence=min(column.confidence, 0.4),
        why=f"{column.why}, but only {share:.0%} of the values fit",
    )


def _ranked(columns: list[ColumnMapping]) -> tuple[ColumnMapping, ...]:
    """Number the columns of each field: the given one, then by rank, then from the left."""
    by_field: dict[str, list[int]] = {}
    for index, column in enumerate(columns):
        if column.field is not None:
            by_field.setdefault(column.field, []).append(index)
    ranked = list(columns)
    for indexes in by_field.values():
        if len(indexes) == 1 and columns[indexes[0]].rank == 0:
            continue
        order = sorted(indexes, key=lambda i: (columns[i].why != "as given", columns[i].rank, i))
        for rank, index in enumerate(order):
            if columns[index].rank != rank:
                ranked[index] = attrs.evolve(columns[index], rank=rank)
    return tuple(ranked)
