"""From cells as they arrived to leads: map the header, normalise, derive, refuse what names nobody."""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Final, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.accelerate import spread
from leadflow.capture.cells import CellTable
from leadflow.capture.deriving import TOGETHER, derive_fields, fill
from leadflow.capture.headers import HeaderMap, map_headers
from leadflow.capture.imported import ImportedLeads
from leadflow.capture.normalising import Normalised, normalise_column, normalise_custom
from leadflow.capture.parsing import is_test_entry, is_total
from leadflow.capture.profiles import AmountRule, ColumnProfile, mask, profile_column, suspicious_amounts
from leadflow.capture.rejects import InvalidCells, Reject, Rejects
from leadflow.capture.reports import ReadReport
from leadflow.columns import MISSING, Codes, Column, Flags
from leadflow.records.batches import NO_TIME, LeadBatch, Seconds, to_seconds
from leadflow.records.fields import FIELDS, FieldKind
from leadflow.values.folding import storable

__all__ = ["import_cells", "record_prefix"]

_FILLED_FROM_OTHERS: Final = frozenset(
    {FieldKind.EMAIL, FieldKind.PHONE, FieldKind.URL, FieldKind.TEXT, FieldKind.TAGS}
)
_CONTACTS: Final = ("email", "phone", "phone_direct", "mobile")
_NAMES: Final = ("full_name", "last_name", "full_name_kana")
_COMPANIES: Final = ("company", "company_en", "corporate_number")
_PLACES: Final = ("address", "city", "postal_code")
_TIMES: Final = ("updated_at", "created_at", "exchange_date")
_TESTED: Final = ("full_name", "last_name", "company")

_TOGETHER: Final = frozenset(field for fields in TOGETHER for field in fields)

_Given: TypeAlias = dict[str, list[tuple[str, Column]]]
"""Of fields the headers whose columns are of them, with their texts."""

_Read: TypeAlias = tuple[dict[str, Column], dict[str, Normalised]]
"""Fields with their values, those that followed from others last; and what became of each header's texts."""

_NOBODY = "the row names nobody: it has no e-mail address, no phone number, and not both a name and a company"


def import_cells(
    table: CellTable,
    *,
    source: str | None = None,
    mapping: Mapping[str, str] | None = None,
    observed_at: dt.datetime | None = None,
    normalize: bool = True,
    amounts: AmountRule | None = None,
    fallback_source: str = "",
) -> ImportedLeads:
    """Turn the cells of a list into leads.

    A row is refused when it cannot identify anybody: no e-mail address, no phone number, and no name with a company
    or an address (a list without a column of names is one of companies, and needs the company); when somebody typed it to try a form out; when it repeats the
    header; when it has more cells than the header. A cell that is not understood does not refuse its row: it is
    left empty and listed in ``report.invalid``.

    Equal rows stay, each with an id of its own: the id is a hash of the source and of the row's cells, whatever the
    order of the columns, and the second equal row has ``-2`` after it. So the same list gives the same ids.

    Args:
        table: the cells.
        source: the source of the records; the system that wrote the header, else the name's stem, when None.
        mapping: header to field, over what is recognised; an empty field keeps the column a custom one.
        observed_at: the moment for which all rows hold; taken from each row's own times when None.
        normalize: False keeps the texts as they arrived and derives nothing.
        amounts: when a deal is too large for its company; the default rule when None.
        fallback_source: the source when none is given and the header names no system.

    Returns:
        The batch, the rejects and the report.

    Raises:
        InputError: no column is known.
        UnknownNameError: the mapping names a header or field that does not exist.

    Example:
        >>> from leadflow.capture.cells import CellTableBuilder, InputFacts
        >>> builder = CellTableBuilder(["氏名", "会社名", "TEL"], facts=InputFacts(name="展示会.csv", format="csv"))
        >>> builder.add([["佐藤　太郎", "㈱日立製作所", "03-1234-5678"], ["鈴木", "", "未定"]], [2, 3])
        >>> imported = import_cells(builder.build())
        >>> imported.batch.lead(0).company, imported.batch.lead(0).phone, imported.rejects[0].row
        ('株式会社日立製作所', '+81312345678', 3)
    """
    header_map = map_headers(table.columns, mapping=mapping, place=table.facts.name)
    name = storable(source or header_map.system or fallback_source or _stem(table.facts.name))
    work = _Work(table=table, header_map=header_map)
    work.normalise(normalize=normalize)
    reasons = work.refuse(tests=normalize)
    keep = reasons.codes == MISSING
    ids, repeated = _ids(table.digests, name)
    times = _times(work.columns, len(table), observed_at)
    batch = LeadBatch.of(
        work.columns, ids=ids, sources=Column.constant(name, len(table)), observed_at=times, raw=table.columns
    )
    if not keep.all():
        batch = batch.take(keep)
    rejects = Rejects(items=_rejects(table, reasons, work.blamed), headers=tuple(table.columns))
    invalid = work.invalid()
    report = ReadReport(
        facts=table.facts,
        source=name,
        system=header_map.system,
        mapping=header_map.columns,
        read=len(table) + len(table.refused),
        accepted=len(batch),
        rejected=len(rejects),
        repeated=int(np.count_nonzero(repeated & keep)),
        blank=table.blank_rows,
        reject_reasons=rejects.reasons,
        invalid=invalid,
        profile=work.profile(),
        suspicious=tuple(
            (int(table.rows[row]), rule)
            for row, rule in suspicious_amounts(work.columns, amounts or AmountRule()).items()
            if normalize
        ),
    )
    return ImportedLeads(batch=batch, rejects=rejects, report=report)


def record_prefix(source: str) -> str:
    """Return the eight hexadecimal digits with which the ids of a source's records begin.

    Example:
        >>> len(record_prefix("Marketo"))
        8
    """
    return hashlib.blake2b(source.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


class _Work:
    """The columns of a list on their way from texts to values."""

    def __init__(self, *, table: CellTable, header_map: HeaderMap) -> None:
        self.table = table
        self.header_map = header_map
        self.columns: dict[str, Column] = {}
        self.blamed: Column = Column.constant(None, len(table))
        self._done: dict[str, Normalised] = {}
        self._n = len(table)

    def normalise(self, *, normalize: bool) -> None:
        """Fill ``columns``: fields, then custom columns, then what follows from them."""
        if not normalize:
            for mapping in self.header_map.columns:
                name = mapping.header if mapping.field is None or mapping.rank else mapping.field
                self.columns[name] = self.table.columns[mapping.header]
            return
        given: dict[str, list[tuple[str, Column]]] = {
            field: [(each.header, self.table.columns[each.header]) for each in self.header_map.of(field)]
            for field in self.header_map.fields
        }
        alone = ((field,) for field in given if field not in _TOGETHER)
        groups = [
            group
            for fields in (*TOGETHER, *alone)
            if (group := {field: given[field] for field in given if field in fields})
        ]
        read = _read_together(groups, size=self._n)
        found = {field: column for columns, _ in read for field, column in columns.items()}
        done = {header: one for _, headers in read for header, one in headers.items()}
        self._done = {header: done[header] for columns in given.values() for header, _ in columns}
        self.columns = {field: found[field] for field in given}
        for mapping in self.header_map.columns:
            if mapping.field is None or mapping.rank:
                self.columns[mapping.header] = normalise_custom(self.table.columns[mapping.header])
        if self.header_map.system == "Eight":
            self._gather_labels()
        self.columns |= {field: column for field, column in found.items() if field not in self.columns}

    def _gather_labels(self) -> None:
        """Make tags of Eight's trailing columns: one per label, holding 1."""
        labels: list[tuple[str, Column]] = [
            (mapping.header, self.columns[mapping.header])
            for mapping in self.header_map.columns
            if mapping.field is None and set(self.columns[mapping.header].values) == {"1"}
        ]
        if not labels or "tags" in self.columns:
            return
        rows = zip(*(column.to_list() for _, column in labels), strict=True)
        self.columns["tags"] = Column.of(
            tuple(name for (name, _), cell in zip(labels, row, strict=True) if cell) or None for row in rows
        )

    def refuse(self, *, tests: bool) -> Column:
        """Return per row why it is refused; missing for rows that are kept."""
        reasons: list[tuple[Flags, str]] = [(self._repeats_header(), "the row repeats the header")]
        if tests:
            flags = np.zeros(self._n, np.bool_)
            for mapping in self.header_map.columns:
                if mapping.field in _TESTED:
                    flags |= self.table.columns[mapping.header].test(lambda text: is_test_entry(str(text)))
            reasons.append((flags, "the row is a test entry: its name or company says so"))
        identified = self._identified()
        reasons.append((self._adds_up(identified), "the row is a total: it adds others up and names nobody"))
        nobody = ~identified
        blamed, why = self._blame(nobody)
        self.blamed = blamed
        codes = np.full(self._n, MISSING, np.int32)
        texts: list[Hashable] = []
        for flags, text in reversed(reasons):
            codes[flags] = len(texts)
            texts.append(text)
        free = nobody & (codes == MISSING)
        codes[free] = why.codes[free] + len(texts)
        codes.flags.writeable = False
        return Column(codes=codes, values=(*texts, *why.values))

    def _identified(self) -> Flags:
        contact, name, company = self._any(_CONTACTS), self._any(_NAMES), self._any(_COMPANIES)
        nobody = np.zeros(self._n, np.bool_)
        reached = nobody if contact is None else contact
        if name is None:
            # A list of companies, or of addresses of mail.
            return (
                ~nobody
                if contact is None and company is None
                else reached | (nobody if company is None else company)
            )
        placed = self._any((*_COMPANIES, *_PLACES))
        if placed is None:
            return name if contact is None else reached
        return reached | (name & placed)

    def _adds_up(self, identified: Flags) -> Flags:
        """Tell which rows begin with a word such as 合計, name no person and have nothing by which one can be reached."""
        reached = self._any(_CONTACTS)
        waiting = identified.copy() if reached is None else identified & ~reached
        totals = np.zeros(self._n, np.bool_)
        for mapping in self.header_map.columns:
            if not waiting.any():
                break
            column = self.table.columns[mapping.header]
            begins = waiting & column.filled
            said = [
                code
                for code in np.unique(column.codes[begins]).tolist()
                if is_total(str(column.values[code]))
            ]
            totals |= begins & np.isin(column.codes, said)
            waiting &= ~begins
        named = [self.columns[field] for field in (*_NAMES, "first_name") if field in self.columns]
        for column in named if totals.any() else ():
            totals &= ~column.test(_may_name)
        return totals

    def _any(self, fields: Sequence[str]) -> Flags | None:
        found = [self.columns[field].filled for field in fields if field in self.columns]
        return np.logical_or.reduce(found) if found else None

    def _blame(self, nobody: Flags) -> tuple[Column, Column]:
        """Return, for rows that name nobody, the header of a contact that was not understood, and the reason."""
        header_codes = np.full(self._n, MISSING, np.int32)
        headers: list[Hashable] = []
        for field in (*_CONTACTS, *_NAMES, *_COMPANIES):
            for mapping in self.header_map.of(field):
                done = self._done.get(mapping.header)
                if done is not None:
                    header_codes[nobody & (done.bad >= 0) & (header_codes == MISSING)] = len(headers)
                    headers.append(mapping.header)
        blamed = header_codes >= 0
        why = np.where(blamed, 1, 0).astype(np.int32)
        for codes in (header_codes, why):
            codes.flags.writeable = False
        reason = f"{_NOBODY}; what stands in the column is not valid"
        return Column(codes=header_codes, values=tuple(headers)), Column(codes=why, values=(_NOBODY, reason))

    def _repeats_header(self) -> Flags:
        same = np.zeros(self._n, np.int32)
        filled = np.zeros(self._n, np.int32)
        for mapping in self.header_map.columns:
            column = self.table.columns[mapping.header]
            filled += column.filled
            if mapping.header in column.values:
                same += column.codes == column.values.index(mapping.header)
        flags: Flags = (same > 0) & (same * 2 > filled)
        return flags

    def invalid(self) -> InvalidCells:
        """Return the cells that were not understood, in the order of the list."""
        rows: list[npt.NDArray[np.int32]] = []
        headers: list[Column] = []
        reasons: list[Column] = []
        for header, done in self._done.items():
            where = np.flatnonzero(done.bad >= 0)
            if len(where):
                rows.append(self.table.rows[where])
                headers.append(Column.constant(header, len(where)))
                reasons.append(Column(codes=done.bad[where], values=done.reasons))
        if not rows:
            return InvalidCells.of([])
        joined = np.concatenate(rows)
        order = np.argsort(joined, kind="stable")
        ordered: Codes = joined[order]
        ordered.flags.writeable = False
        return InvalidCells(
            rows=ordered,
            columns=Column.concatenate(headers).take(order),
            reasons=Column.concatenate(reasons).take(order),
        )

    def profile(self) -> tuple[ColumnProfile, ...]:
        """Return the profile of every field and custom column."""
        profiles = []
        for name, column in self.columns.items():
            mappings = self.header_map.of(name) if name in FIELDS else ()
            header = mappings[0].header if mappings else name
            done = self._done.get(header)
            raw = self.table.columns.get(header) if mappings or name not in FIELDS else None
            invalid = 0 if done is None else int(np.count_nonzero(done.bad >= 0))
            problems = {} if done is None or raw is None else _problems(done, raw)
            profiles.append(profile_column(name, column, raw, invalid=invalid, problems=problems))
        return tuple(profiles)


def _read_together(groups: "Sequence[_Given]", *, size: int) -> "list[_Read]":
    """Read groups of fields that follow from each other; returns in the order of the groups."""
    cells = [
        sum(len(column.values) for columns in group.values() for _, column in columns) for group in groups
    ]
    order = sorted(range(len(groups)), key=lambda at: -cells[at])
    done = dict(zip(order, spread([(_read, (groups[at],)) for at in order], size=size), strict=True))
    return [done[at] for at in range(len(groups))]


def _read(given: "_Given") -> "_Read":
    """Normalise the columns of fields, and derive what follows from them."""
    columns: dict[str, Column] = {}
    parsed: dict[str, Column] = {}
    everything: dict[str, Normalised] = {}
    for field, (first, *others) in given.items():
        done = normalise_column(field, first[1])
        columns[field] = done.column
        if done.parsed is not None:
            parsed[field] = done.parsed
        everything[first[0]] = attrs.evolve(done, parsed=None)
        for header, texts in others:
            more = everything[header] = attrs.evolve(normalise_column(field, texts), parsed=None)
            if FIELDS[field].kind in _FILLED_FROM_OTHERS:
                columns[field] = fill(columns[field], more.column)
    return derive_fields(columns, parsed), everything


def _problems(done: Normalised, raw: Column) -> dict[str, tuple[int, str]]:
    """Return the most frequent reasons of a column with their counts and a masked example."""
    where = np.flatnonzero(done.bad >= 0)
    counts = Counter(done.reasons[code] for code in done.bad[where].tolist())
    first: dict[str, int] = {}
    for row in where[:2000].tolist():
        first.setdefault(done.reasons[done.bad[row]], row)
    return {
        reason: (count, mask(str(raw[first[reason]])) if reason in first else "")
        for reason, count in counts.most_common(5)
    }


def _ids(digests: Sequence[bytes], source: str) -> tuple[list[str], Flags]:
    prefix = record_prefix(source)
    repeated = np.zeros(len(digests), np.bool_)
    if len(set(digests)) == len(digests):
        return [prefix + digest.hex() for digest in digests], repeated
    seen: dict[bytes, int] = {}
    ids = []
    for row, digest in enumerate(digests):
        count = seen[digest] = seen.get(digest, 0) + 1
        repeated[row] = count > 1
        ids.append(f"{prefix}{digest.hex()}" if count == 1 else f"{prefix}{digest.hex()}-{count}")
    return ids, repeated


def _times(columns: Mapping[str, Column], n: int, observed_at: dt.datetime | None) -> Seconds:
    if observed_at is not None:
        return np.full(n, to_seconds(observed_at), np.int64)
    times = np.full(n, NO_TIME, np.int64)
    for field in _TIMES:
        column = columns.get(field)
        if column is None:
            continue
        seconds = np.fromiter((_seconds(value) for value in column.values), np.int64, len(column.values))
        gaps = (times == NO_TIME) & column.filled
        times[gaps] = seconds[column.codes[gaps]]
    return times


def _seconds(value: Hashable) -> int:
    if isinstance(value, dt.datetime):
        return to_seconds(value)
    if isinstance(value, dt.date):
        return to_seconds(
            dt.datetime(value.year, value.month, value.day, tzinfo=dt.timezone(dt.timedelta(hours=9)))
        )
    return NO_TIME


def _rejects(table: CellTable, reasons: Column, blamed: Column) -> tuple[Reject, ...]:
    found = list(table.refused)
    for row in np.flatnonzero(reasons.codes >= 0).tolist():
        raw = {
            header: str(text) for header, column in table.columns.items() if (text := column[row]) is not None
        }
        found.append(
            Reject(
                row=int(table.rows[row]),
                column="" if blamed[row] is None else str(blamed[row]),
                reason=str(reasons[row]),
                raw=raw,
            )
        )
    return tuple(sorted(found, key=lambda reject: reject.row))


def _may_name(cell: Hashable) -> bool:
    """Tell whether a cell beside a total may name a person: the family 計, somebody of the company Total."""
    return not (is_total(str(cell)) or any(map(str.isdigit, str(cell))))


def _stem(name: str) -> str:
    """Return a file's name without folder and ending."""
    file = name.rpartition("/")[2]
    return file.rpartition(".")[0] or file
