"""Which named account a lead belongs to, found by the dedupe engine: spellings, readings and near names."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import attrs
from rapidfuzz.distance import JaroWinkler

from leadflow.columns import Codes, Column
from leadflow.matching.blocking import key
from leadflow.matching.columns import ComparedColumns, compare
from leadflow.matching.comparisons import company
from leadflow.matching.features import KINDS
from leadflow.matching.words import folded_text, is_kana
from leadflow.records import Lead, LeadBatch
from leadflow.records.tables import Table
from leadflow.routing import AccountBook, AccountMatch
from leadflow.routing.rulebooks import combine

__all__ = ["AccountMatcher"]

_NAMES: Final = ("company", "company_kana", "company_en")
"""The fields that say what a company is called."""
_COMPARISON: Final = company("name")
_RESEMBLES: Final = frozenset(
    {"same words", "abbreviated", "same reading", "similar name (0.93)", "contained"}
)
"""The levels of the company comparison that make two names resemble each other, without making them the same."""
_CORE: Final = key("name", "core")
_CLOSE: Final = 0.93
"""The similarity below which two names are not even compared in full, unless one holds the other."""
_READING, _LATIN = 6, 7
"""The places of the two readings among the features of a company."""
_MOST_REMEMBERED: Final = 100_000

_Name = tuple[str | None, str | None, str | None]
_Ids = tuple[str, ...]


@attrs.frozen(kw_only=True, eq=False)
class AccountMatcher:
    """Finds the named account of leads by what the dedupe engine knows about company names.

    The corporate number decides alone. Names are the same when their cores are, in any spelling, script variant and
    legal form, or when the lead's name is written in kana or Latin letters and reads as the account's. Names that are
    abbreviated, contained or nearly the same only resemble each other, and count together with the mail domain. How
    these combine with the domain, and when the answer is ambiguous, is said at ``leadflow.routing.AccountBook``.

    Attributes:
        book: the named accounts.

    Example:
        >>> from leadflow.routing import Account
        >>> matcher = AccountMatcher.of(AccountBook(accounts=[
        ...     Account(id="A", company="葦原重工業株式会社", names=("アシハラジュウコウギョウ",), domains=("ashihara.example",))]))
        >>> matcher.match(Lead(company="アシハラ重工業")).account is None, matcher.match(Lead(company="ASHIHARA JUKOGYO")).account.id
        (True, 'A')
        >>> match = matcher.match(Lead(company="葦原重工"))
        >>> match.account, match.alternatives, match.evidence
        (None, ('A',), 'similar company name')
        >>> matcher.match(Lead(company="葦原重工", email="taro@ashihara.example")).evidence
        'similar company name and domain'
    """

    book: AccountBook
    _names: tuple[tuple[str, str, str], ...] = attrs.field(alias="names")
    _cores: frozenset[str] = attrs.field(alias="cores")
    _by_prefix: Mapping[str, tuple[int, ...]] = attrs.field(alias="by_prefix")
    _by_reading: Mapping[str, _Ids] = attrs.field(alias="by_reading")
    _known: dict[_Name, tuple[_Ids, _Ids]] = attrs.field(init=False, factory=dict)

    @classmethod
    def of(cls, book: AccountBook) -> "AccountMatcher":
        """Make named accounts ready to be found.

        Args:
            book: the accounts.

        Example:
            >>> AccountMatcher.of(AccountBook()).match(Lead(company="日立製作所")).account is None
            True
        """
        names = tuple((account.id, name, _core(name)) for account in book for name in account.every_name)
        prefixes: dict[str, list[int]] = {}
        readings: dict[str, list[str]] = {}
        for place, (account_id, name, core) in enumerate(names):
            if core:
                prefixes.setdefault(_prefix(core), []).append(place)
            for reading in _readings(name, None):
                readings.setdefault(reading, []).append(account_id)
        return cls(
            book=book,
            names=names,
            cores=frozenset(core for _, _, core in names),
            by_prefix={prefix: tuple(places) for prefix, places in prefixes.items()},
            by_reading={reading: _each(ids) for reading, ids in readings.items()},
        )

    def match(self, lead: Lead) -> AccountMatch:
        """Return the account that a lead belongs to.

        Args:
            lead: company, reading, English name, corporate number and e-mail address are looked at.

        Example:
            >>> AccountMatcher.of(AccountBook()).match(Lead()).ambiguous
            False
        """
        if not len(self.book):
            return self.book.match(lead)
        ((same, near),) = self._found([_texts([lead.get(name) for name in _NAMES])])
        return self.book.match(lead, named=same, resembling=near)

    def match_batch(self, batch: LeadBatch) -> tuple[Codes, tuple[AccountMatch, ...]]:
        """Return the account that each lead belongs to.

        Args:
            batch: n leads.

        Returns:
            (n,) int32 indices into the distinct matches, and the matches.

        Example:
            >>> from leadflow.routing import Account
            >>> matcher = AccountMatcher.of(AccountBook(accounts=[Account(id="A", company="株式会社日立製作所")]))
            >>> codes, matches = matcher.match_batch(LeadBatch.from_dicts([{"company": "㈱日立製作所"}, {}]))
            >>> [matches[code].evidence for code in codes]
            ['company name', '']
        """
        if not len(self.book):
            return self.book.match_batch(batch)
        columns = [batch[name] for name in _NAMES]
        codes, rows = combine([(column.codes, len(column.values)) for column in columns], len(batch))
        cells = zip(*(column.take(rows).to_list() for column in columns), strict=True)
        found = self._found([_texts(each) for each in cells])
        same, near = (Column.of(ids[side] or None for ids in found) for side in (0, 1))
        return self.book.match_batch(batch, named=same.take(codes), resembling=near.take(codes))

    def _found(self, names: Sequence[_Name]) -> list[tuple[_Ids, _Ids]]:
        """Return for each company the accounts of the same name, and those whose name resembles it."""
        wanted = dict.fromkeys(names)
        known = {name: self._known[name] for name in wanted if name in self._known}
        same = {name: self._same(name) for name in wanted if name not in known}
        open_ones = [name for name, found in same.items() if not found]
        near = dict(zip(open_ones, self._near(open_ones), strict=True))
        fresh = {name: (found, near.get(name, ())) for name, found in same.items()}
        if len(self._known) + len(fresh) > _MOST_REMEMBERED:
            self._known.clear()
        self._known.update(fresh)
        known |= fresh
        return [known[name] for name in names]

    def _same(self, name: _Name) -> _Ids:
        written, _, latin = name
        for spelling in (written, latin):
            # Most companies are no account, so their names are not taken apart any further than the memory holds.
            found = self.book.same_name(spelling) if spelling and _core(spelling) in self._cores else ()
            if found:
                return found
        # Companies that are written differently in kanji often read alike, so that a reading decides only without them.
        if written is None or _readings(written, None):
            return self._reading_alike(name)
        return ()

    def _reading_alike(self, name: _Name) -> _Ids:
        written, kana, latin = name
        readings = [*_readings(written, kana), *_readings(latin, None)]
        return _each(account for reading in readings for account in self._by_reading.get(reading, ()))

    def _near(self, names: Sequence[_Name]) -> list[_Ids]:
        """Compare each company with the accounts whose names begin alike."""
        pairs: list[tuple[int, str, int]] = []
        for row, (written, _, latin) in enumerate(names):
            for spelling in filter(None, (written, latin)):
                core = _core(spelling)
                near = self._by_prefix.get(_prefix(core), ()) if core else ()
                pairs += [(row, spelling, place) for place in near if _close(core, self._names[place][2])]
        alike: list[list[str]] = [list(self._reading_alike(name)) for name in names]
        if pairs:
            texts = [text for _, text, _ in pairs] + [self._names[place][1] for _, _, place in pairs]
            compared = ComparedColumns.of(_COMPARISON, Table.of({"name": texts}))
            ia, ib = compared.rows[: len(pairs)], compared.rows[len(pairs) :]
            levels = compare(_COMPARISON, compared.features, compared.features, ia, ib, rarity={})
            for (row, _, place), level in zip(pairs, levels.tolist(), strict=True):
                if _COMPARISON.labels[level] in _RESEMBLES:
                    alike[row].append(self._names[place][0])
        return [_each(ids) for ids in alike]


def _texts(cells: Sequence[object]) -> _Name:
    written, kana, latin = (None if cell is None else str(cell) for cell in cells)
    return written, kana, latin


def _core(name: str) -> str:
    core = _CORE.derive(name)
    return core if isinstance(core, str) else ""


def _prefix(core: str) -> str:
    return core[:4] if core.isascii() else core[:2]


def _close(a: str, b: str) -> bool:
    """Say whether the comparison could find that two cores resemble each other."""
    if a.isascii() and b.isascii():
        return True  # words may be abbreviated or come in another order
    return a in b or b in a or JaroWinkler.similarity(a, b) >= _CLOSE


def _readings(name: str | None, kana: str | None) -> _Ids:
    """Return how a name is read, where its letters or its kana say so."""
    text = folded_text(name) if name is not None else None
    spoken = name if kana is None and text is not None and is_kana(text) else kana
    if spoken is None and (text is None or not text.isascii()):
        return ()
    features = KINDS["company"].of((name, spoken, None, None))
    return tuple(str(features[place]).replace(" ", "") for place in (_READING, _LATIN) if features[place])


def _each(ids: Iterable[str]) -> _Ids:
    return tuple(sorted(set(ids)))
