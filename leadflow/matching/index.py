"""A live index: add, replace and remove records, and ask which ones a record matches.

The index holds the same encoded features as a table does, so that its weights are those of
deduplication. Blocking keys are kept as sorted 64-bit hashes, to which recent records are added in a
small dictionary.
"""

import math
import sys
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import Column
from leadflow.errors import DefinitionError, InputError, NotFoundError
from leadflow.matching.blocking import BlockKey, KeyCodes
from leadflow.matching.cells import cell_of, plain_cell
from leadflow.matching.columns import ComparedColumns, Levels
from leadflow.matching.encoding import (
    ABSENT,
    TextBank,
    content_hash,
)
from leadflow.matching.explaining import Explanation
from leadflow.matching.features import KINDS, Derived
from leadflow.matching.glances import Glances
from leadflow.matching.growing import GrowingBank, GrowingFeature, GrowingRows
from leadflow.matching.hashed_keys import RuleKeys
from leadflow.matching.matcher import FittedMatcher
from leadflow.matching.prospects import NOT_THERE, Leaf, Possible, Prospects
from leadflow.matching.question import IndexedColumn, Question, question_of, ratio_of
from leadflow.matching.readings import RecordReadings
from leadflow.matching.scoring import Bounds
from leadflow.matching.weights import bits_of, probability_of
from leadflow.records.tables import Table, Tabular

__all__ = ["Index", "Match"]

_REVIEW_FLOOR: Final = 0.02
_SLACK: Final = 1e-9
_MANY: Final = 400
_PLAIN: Final = frozenset({str, type(None)})
"""The types of cells that a table holds as they are."""


@attrs.frozen(kw_only=True)
class Match:
    """A record that a query may be the same as.

    Attributes:
        record_id: the record's id.
        bits: the match weight, prior included.
        probability: that the two are one entity.
        related: whether it is the same in another role, such as a person at a new company, and so no match.
    """

    record_id: str
    bits: float
    probability: float
    related: bool = False


@attrs.define(eq=False, repr=False)
class _Read:
    """A record with its keys by blocking rule, and its features by comparison once they were asked for."""

    said: RecordReadings
    keys: list[list[int]]
    derived: list[Derived | None] | None = None


@attrs.define(eq=False, repr=False)
class Index:
    """Records that can be asked for matches; it is the one mutable thing here.

    Example:
        >>> from leadflow.matching import Matcher, block_on, comparisons as c
        >>> people = {"name": ["anna smith", "bob jones"], "city": ["leeds", "york"]}
        >>> matcher = Matcher(comparisons=[c.text("name"), c.exact("city")], blocking=[block_on("name")])
        >>> index = matcher.fit(people).index(people)
        >>> [match.record_id for match in index.query({"name": "Bob Jones", "city": "York"}, at_least=0.0)]
        ['1']
    """

    model: FittedMatcher
    _columns: list[IndexedColumn]
    _keyed: tuple[BlockKey, ...]
    _rules: list[RuleKeys]
    _ids: list[str]
    _row_of: dict[str, int]
    _alive: GrowingRows
    _records: dict[int, Mapping[str, Hashable]]
    _base: Table
    _bounds: Bounds
    _prospects: Prospects
    _latest: "_Read | None" = attrs.field(default=None, init=False)
    _unread: dict[int, list[Derived | None] | None] = attrs.field(factory=dict, init=False)
    _separating: list[tuple[int, int]] = attrs.field(init=False)
    """The comparisons that make of a match a related record, and the level at which they do."""

    def __attrs_post_init__(self) -> None:
        self._separating = [
            (k, len(column.comparison.levels) + 1)
            for k, column in enumerate(self._columns)
            if column.comparison.name in self.model.separating
        ]

    @classmethod
    def of(cls, model: FittedMatcher, table: Tabular) -> "Index":
        """Index the records of a table.

        Raises:
            UnknownNameError: the table lacks a column.
            InputError: two records have one id.
        """
        held = model.padded(Table.of(table))
        ids = list(held.ids) if held.ids is not None else [str(row) for row in range(len(held))]
        row_of = {record: row for row, record in enumerate(ids)}
        if len(row_of) != len(ids):
            raise InputError(f"{len(ids) - len(row_of)} record ids occur twice: an index needs unique ids.")
        columns = []
        for k, comparison in enumerate(model.weights.comparisons):
            encoded, kind = ComparedColumns.of(comparison, held), KINDS[comparison.kind]
            frequencies = model.weights.frequencies[k]
            ratios = frequencies.of_levels(comparison, encoded.features)
            banks: dict[int, GrowingBank] = {}
            features = {}
            for name, feature in encoded.features.items():
                bank = banks.get(id(feature.bank)) or GrowingBank.of(feature.bank or TextBank.of([]))
                banks[id(feature.bank)] = bank
                features[name] = GrowingFeature.of(feature, bank, frequencies, name)
            columns.append(
                IndexedColumn(
                    comparison,
                    kind,
                    tuple((name, kind.reading(place)) for place, name in enumerate(comparison.columns)),
                    frequencies,
                    GrowingRows.of(encoded.rows),
                    features,
                    {code: GrowingRows.of(ratio) for code, ratio in ratios.items()},
                    Glances.of(comparison, frozenset(name for name, each in features.items() if each.is_set)),
                )
            )
        keyed = tuple(dict.fromkeys(key for rule in model.blocking for key in rule.keys))
        return cls(
            model,
            columns,
            keyed,
            [
                RuleKeys.of(
                    tuple(map(keyed.index, rule.keys)),
                    [KeyCodes.of(key, held) for key in rule.keys],
                    len(held),
                )
                for rule in model.blocking
            ],
            ids,
            row_of,
            GrowingRows.of(np.ones(len(held), np.bool_)),
            {},
            _held_by(model, held, ids),
            Bounds.of(model.weights),
            Prospects.of(model.weights),
        )

    def add(self, record_id: str, record: Mapping[str, Hashable]) -> None:
        """Add a record.

        Raises:
            InputError: the id is there already; use ``replace``.
        """
        if record_id in self._row_of:
            raise InputError("A record with this id is in the index already: use replace().")
        record = self._known_cells(record)
        row = len(self._ids)
        read = self._read(record)
        self._unread[row] = read.derived
        for rule, keys in zip(self._rules, read.keys, strict=True):
            for key in keys:
                rule.recent.setdefault(key, []).append(row)
        self._ids.append(record_id)
        self._row_of[record_id] = row
        self._alive.append(True)
        self._records[row] = record

    def remove(self, record_id: str) -> None:
        """Remove a record.

        Raises:
            NotFoundError: there is no such record.
        """
        row = self._row_of.pop(record_id, None)
        if row is None:
            raise NotFoundError("No record with this id is in the index.")
        self._alive.held[row] = False
        self._unread.pop(row, None)
        self._records.pop(row, None)

    def replace(self, record_id: str, record: Mapping[str, Hashable]) -> None:
        """Replace a record, or add it if it is not there."""
        if record_id in self._row_of:
            self.remove(record_id)
        self.add(record_id, record)

    def query(
        self, record: Mapping[str, Hashable], *, at_least: float = _REVIEW_FLOOR, limit: int = 20
    ) -> list[Match]:
        """Return the records that a record may be the same as, the best first.

        Args:
            record: column name to cell; absent names are missing.
            at_least: the lowest probability of interest.
            limit: the most matches to return.
        """
        read = self._read(self._known_cells(record))
        found: set[int] = set()
        for rule, keys in zip(self._rules, read.keys, strict=True):
            for key in keys:
                found.update(rule.find(key))
        alive = self._alive.held
        rows = [row for row in sorted(found) if alive[row]]
        for row in sorted(self._unread.keys() & found):
            self._encode(row)
        if not rows:
            return []
        question = question_of(self._columns, self._features_of(read))
        weighed = self._weigh(question, rows, bits_of(at_least) - _SLACK)
        matches: list[Match] = []
        separating = self._separating
        for bits, row, leaf in sorted(weighed, key=lambda each: (-each[0], each[1])):
            chance = probability_of(bits)
            if chance < at_least or len(matches) >= limit:
                break
            related = any(leaf.levels[k] == different for k, different in separating)
            matches.append(Match(record_id=self._ids[row], bits=bits, probability=chance, related=related))
        return matches

    def explain(self, record: Mapping[str, Hashable], record_id: str) -> Explanation:
        """Explain the weight of a query and a record.

        Raises:
            NotFoundError: there is no such record.
        """
        row = self._row_of.get(record_id)
        if row is None:
            raise NotFoundError("No record with this id is in the index.")
        other = self._records.get(row) or self._base.row(row)
        table = Table.of({name: [record.get(name), other.get(name)] for name in self._base.names})
        return self.model.explain(table, 0, 1)

    def to_dict(self) -> dict[str, object]:
        """Return the model and the records that are in the index now as plain data, which JSON can hold.

        Only the columns that the model reads are kept. Each distinct cell is written once.

        Raises:
            DefinitionError: a comparison or key holds a function.
            InputError: a cell is of a type that is no data.

        Example:
            >>> from leadflow.matching import Matcher, block_on, comparisons as c
            >>> people = {"name": ["anna", "bob"]}
            >>> matcher = Matcher(comparisons=[c.text("name")], blocking=[block_on("name")])
            >>> matcher.fit(people).index(people).to_dict()["columns"]
            {'name': {'values': ['anna', 'bob'], 'codes': [0, 1]}}
        """
        rows = sorted(self._row_of.values())
        size = len(self._base)
        old = np.array([row for row in rows if row < size], np.intp)
        new = [self._records[row] for row in rows[len(old) :]]
        columns = {}
        for name in self._base.names:
            added = Column.of(record.get(name) for record in new)
            column = Column.concatenate([self._base.column(name).take(old), added])
            columns[name] = {
                "values": [plain_cell(value) for value in column.values],
                "codes": np.maximum(column.codes, ABSENT).tolist(),
            }
        return {
            "version": 1,
            "model": self.model.to_dict(),
            "record_ids": [self._ids[row] for row in rows],
            "columns": columns,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> "Index":
        """Read an index from plain data; it gives the answers of the one that was written.

        Raises:
            DefinitionError: the data is not that of an index.
        """
        try:
            ids = tuple(map(str, data["record_ids"]))  # type: ignore[call-overload]
            columns = {
                str(name): Column(
                    codes=_codes_within(held["codes"], len(held["values"])),
                    values=tuple(cell_of(value) for value in held["values"]),
                )
                for name, held in data["columns"].items()  # type: ignore[attr-defined]
            }
            model = FittedMatcher.from_dict(data["model"])  # type: ignore[arg-type]
        except DefinitionError:
            raise
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DefinitionError(
                "The data is not that of an index: pass what to_dict() returned."
            ) from error
        if any(len(column) != len(ids) for column in columns.values()):
            raise DefinitionError("The data of an index has a column that is not as long as its ids.")
        return cls.of(model, attrs.evolve(Table.of(columns), ids=ids, length=len(ids)))

    @property
    def nbytes(self) -> int:
        """Bytes that the index holds: arrays, texts, ids and dictionaries; the model is not counted.

        Texts are counted once, however many parts of the index refer to them.
        """
        arrays = [self._alive.held]
        objects: list[Iterator[object] | tuple[object, ...]] = [iter(self._ids)]
        banks: dict[int, GrowingBank] = {}
        tables: list[object] = [self._ids, self._row_of, self._records, *self._records.values()]
        for column in self._columns:
            arrays += [column.rows.held, *(ratio.held for ratio in column.ratios.values())]
            for feature in column.features.values():
                arrays += feature.arrays()
                banks[id(feature.bank)] = feature.bank
        for bank in banks.values():
            arrays += bank.arrays()
            objects.append(iter(bank.texts.view()))
            tables.append(bank.recent)
        for rule in self._rules:
            arrays += [rule.hashes, rule.rows, rule.starts]
            tables += [rule.recent, *rule.recent.values()]
        for name in self._base.names:
            cells = self._base.column(name)
            arrays.append(cells.codes)
            objects.append(cells.values)
            tables.append(cells.values)
        objects += [record.values() for record in self._records.values()]  # type: ignore[misc]  # views
        tables += [self._unread, *self._unread.values()]
        for waiting in filter(None, self._unread.values()):
            objects += [tuple(filter(None, waiting)), *filter(None, waiting)]
        distinct = {id(one): one for group in objects for one in group}
        return sum(array.nbytes for array in arrays) + sum(map(sys.getsizeof, (*distinct.values(), *tables)))

    def __len__(self) -> int:
        return len(self._row_of)

    def __contains__(self, record_id: object) -> bool:
        return record_id in self._row_of

    def __repr__(self) -> str:
        return f"<Index of {len(self)} records>"

    def _known_cells(self, record: Mapping[str, Hashable]) -> dict[str, Hashable]:
        """The cells that the model reads, as a table would hold them."""
        if not isinstance(record, Mapping):
            raise InputError(f"A record is a mapping of column to cell, got {type(record).__name__}.")
        known = {name: record.get(name) for name in self._base.names}
        if _PLAIN.issuperset(map(type, known.values())):
            return known
        return Table.of([known]).row(0)  # NaN is missing, and so on

    def _read(self, record: dict[str, Hashable]) -> "_Read":
        """What a record says; one that is asked about is most often added next."""
        if self._latest is None or self._latest.said.record != record:
            said = RecordReadings(record)
            self._latest = _Read(said, self._keys(said))
        return self._latest

    def _features_of(self, read: "_Read") -> list[Derived | None]:
        """The features of a record, which only a comparison needs; most records are never found by a question."""
        if read.derived is None:
            read.derived = self._derived(read.said)
        return read.derived

    def _encode(self, row: int) -> None:
        """Give the features of an added record their codes; that has time until a question finds the record."""
        features = self._unread.pop(row) or self._derived(RecordReadings(self._records[row]))
        for column, derived in zip(self._columns, features, strict=True):
            column.rows.reach(row + 1, ABSENT)
            if derived is None:
                continue
            place = 0
            for feature, value in zip(column.features.values(), derived, strict=True):
                place = feature.append(value)
            column.rows.held[row] = place
            values = dict(zip(column.features, derived, strict=True))
            for code, ratio in column.ratios.items():
                ratio.append(ratio_of(column, code, values))

    def _derived(self, said: RecordReadings) -> list[Derived | None]:
        present = {name for name, cell in said.record.items() if cell is not None}
        return [
            None
            if present.isdisjoint(column.comparison.columns)
            else column.kind.derive(
                tuple([said[reading] if reading[0] in present else None for reading in column.reads])
            )
            for column in self._columns
        ]

    def _keys(self, said: RecordReadings) -> list[list[int]]:
        record, hashes = said.record, []
        for each in self._keyed:
            derived = None if record[each.column] is None else each.derive_of(said)
            texts = (derived,) if isinstance(derived, str) else dict.fromkeys(derived or ())
            hashes.append([content_hash(text) for text in texts])
        return [rule.joined(hashes) for rule in self._rules]

    def _weigh(self, question: Question, rows: Sequence[int], floor: float) -> list[tuple[float, int, Leaf]]:
        """Return the weight of the rows that may reach a floor of bits, the rows, and their levels."""
        if len(rows) > _MANY:
            reached = self._narrowed(question, np.array(rows, np.int64), floor)
        else:
            reached = self._walked(question, rows, floor)
        return [(self._bits(question, row, leaf), row, leaf) for row, leaf in reached]

    def _walked(self, question: Question, rows: Sequence[int], floor: float) -> list[tuple[int, Leaf]]:
        """Follow rows one by one for as long as they may reach a floor."""
        prospects = self._prospects
        glances: list[Iterable[Possible]] = [
            question[k].glance(rows) if k in question else repeat(NOT_THERE, len(rows))
            for k in range(len(self._columns))
        ]
        reached = []
        for place, possible in enumerate(zip(*glances, strict=True)):
            node = prospects.root(possible)
            while node.best >= floor:
                if node.asks < 0:
                    reached.append((rows[place], prospects.leaf_of(node)))
                    break
                level = question[node.asks].level(place)
                node = node.answers.get(level) or prospects.after(node, level)
        return reached

    def _narrowed(
        self, question: Question, rows: npt.NDArray[np.int64], floor: float
    ) -> list[tuple[int, Leaf]]:
        """Compare many rows at once."""

        def level(k: int, some: npt.NDArray[np.intp]) -> Levels:
            if k not in question:
                return np.zeros(len(some), np.uint8)
            here = np.zeros(len(some), np.int32)
            column = self._columns[k]
            return column.levels(question[k].asked, here, column.rows.held[rows[some]])

        keep, levels = self._bounds.surviving(len(rows), floor, level)
        patterns = map(tuple, levels.tolist())
        return [
            (row, self._prospects.leaf(pattern))
            for row, pattern in zip(rows[keep].tolist(), patterns, strict=True)
        ]

    def _bits(self, question: Question, row: int, leaf: Leaf) -> float:
        """The weight of a row all of whose levels are known, as ``scoring.weigh`` gives it for many."""
        adjusted = 0.0
        for k, level, alone, together in leaf.adjustable:
            column = self._columns[k]
            right = column.ratios[level].held.item(column.rows.held.item(row))
            # How much commoner than the mean the commoner of both values is.
            commoner = max(question[k].ratio(level), right)
            adjusted -= math.log2((alone * 2.0**commoner + together) / (alone + together))
        return leaf.total + adjusted


def _held_by(model: FittedMatcher, table: Table, ids: list[str]) -> Table:
    """The columns that a model reads, without what was derived from them."""
    names = [name for comparison in model.weights.comparisons for name in comparison.columns if name]
    names += [each.column for rule in model.blocking for each in rule.keys]
    columns = {name: table.column(name) for name in dict.fromkeys(names)}
    return attrs.evolve(Table.of(columns), length=len(ids))


def _codes_within(codes: object, size: int) -> npt.NDArray[np.int32]:
    held = np.array(codes, np.int32)
    if held.ndim != 1 or (held.size and (int(held.max()) >= size or int(held.min()) < ABSENT)):
        raise ValueError("a code has no value")
    held.flags.writeable = False
    return held
