"""Named accounts, and which of them a lead belongs to: by number, by company, by domain, or ambiguous."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

import attrs
import numpy as np

from leadflow.columns import Codes, Column
from leadflow.errors import DefinitionError, InvalidValueError, UnknownNameError, near_miss
from leadflow.records.batches import LeadBatch
from leadflow.records.leads import Lead
from leadflow.values.companies import CompanyName

__all__ = ["NO_ACCOUNT", "Account", "AccountBook", "AccountMatch"]


@attrs.frozen(kw_only=True)
class Account:
    """A company that somebody is responsible for.

    Attributes:
        id: unique; the corporate number, the company or the domain when it is not given.
        company: its name, as written.
        corporate_number: 13 digits.
        domains: of its e-mail addresses.
        parent: the id of the company to whose group it belongs.
        team: the team's id; the parent's when empty.
        owner: the person's id; the parent's when empty.

    Raises:
        DefinitionError: there is nothing by which a lead could be found to belong to it.

    Example:
        >>> Account(company="株式会社日立製作所", owner="u1").id
        '株式会社日立製作所'
    """

    id: str = ""
    company: str = ""
    corporate_number: str = ""
    domains: tuple[str, ...] = ()
    parent: str = ""
    team: str = ""
    owner: str = ""

    def __attrs_post_init__(self) -> None:
        known = self.corporate_number or self.company or next(iter(self.domains), "")
        if not known:
            raise DefinitionError(
                f"The account '{self.id}' needs a corporate number, a company or a domain by which leads are found to belong to it."
            )
        if not self.id:
            object.__setattr__(self, "id", known)


@attrs.frozen(kw_only=True)
class AccountMatch:
    """The account that a lead belongs to.

    Attributes:
        account: None when there is none, or when it is ambiguous.
        evidence: by what it was found, such as ``"corporate number"``.
        alternatives: the ids of the accounts among which it could not be decided.

    Example:
        >>> AccountMatch().ambiguous
        False
    """

    account: Account | None = None
    evidence: str = ""
    alternatives: tuple[str, ...] = ()

    @property
    def ambiguous(self) -> bool:
        """Whether several accounts fit and none was chosen.

        Example:
            >>> AccountMatch(alternatives=("A", "B")).ambiguous
            True
        """
        return self.account is None and len(self.alternatives) > 1


NO_ACCOUNT = AccountMatch()
"""A lead that belongs to no named account."""


def _accounts(items: Iterable[Account]) -> tuple[Account, ...]:
    return tuple(items)


@attrs.frozen(kw_only=True)
class AccountBook:
    """Named accounts, found by what a lead carries.

    The corporate number decides alone. Otherwise the company name and the e-mail domain are looked up: where both
    find accounts, those found by both count; where they contradict each other, or several accounts are left that
    are not one team's and owner's, the match is ambiguous. The domain alone is the last resort.

    Attributes:
        accounts: each id once.

    Raises:
        DefinitionError: an id is used twice, or groups form a loop.
        UnknownNameError: a parent is not among the accounts.

    Example:
        >>> book = AccountBook(accounts=(Account(company="株式会社日立製作所", domains=("hitachi.example",), owner="u1"),))
        >>> book.match(Lead(company="㈱日立製作所")).evidence
        'company name'
        >>> book.match(Lead(email="taro@hitachi.example")).account.owner
        'u1'
    """

    accounts: tuple[Account, ...] = attrs.field(default=(), converter=_accounts)
    _by_id: Mapping[str, Account] = attrs.field(init=False, eq=False, repr=False)
    _by_number: Mapping[str, tuple[str, ...]] = attrs.field(init=False, eq=False, repr=False)
    _by_key: Mapping[str, tuple[str, ...]] = attrs.field(init=False, eq=False, repr=False)
    _by_domain: Mapping[str, tuple[str, ...]] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        by_id = {account.id: account for account in self.accounts}
        if len(by_id) < len(self.accounts):
            raise DefinitionError("Two accounts have the same id; give each its own.")
        for name, keys in (
            ("_by_number", [(account.corporate_number,) for account in self.accounts]),
            ("_by_key", [(_company_key(account.company),) for account in self.accounts]),
            ("_by_domain", [tuple(map(str.lower, account.domains)) for account in self.accounts]),
        ):
            object.__setattr__(self, name, _index(self.accounts, keys))
        object.__setattr__(self, "_by_id", by_id)
        for account in self.accounts:
            self._check_group(account)

    def account(self, account_id: str) -> Account:
        """Return an account by its id.

        Raises:
            UnknownNameError: there is none.

        Example:
            >>> AccountBook(accounts=(Account(id="A", company="葦原計測"),)).account("A").company
            '葦原計測'
        """
        if account_id not in self._by_id:
            raise UnknownNameError(f"There is no account '{account_id}'.{near_miss(account_id, self._by_id)}")
        return self._by_id[account_id]

    def responsible(self, account: Account) -> tuple[str, str]:
        """Return the team and the owner of an account, taken from its group where it has none of its own.

        Example:
            >>> group = Account(id="G", company="葦原計測", team="keiretsu", owner="u1")
            >>> child = Account(id="C", company="葦原計測販売", parent="G")
            >>> AccountBook(accounts=(group, child)).responsible(child)
            ('keiretsu', 'u1')
        """
        team, owner, place = account.team, account.owner, account
        while place.parent and not team and not owner:
            place = self._by_id[place.parent]
            team, owner = place.team, place.owner
        return team, owner

    def match(self, lead: Lead) -> AccountMatch:
        """Return the account that a lead belongs to.

        Example:
            >>> AccountBook().match(Lead(company="日立製作所")) == NO_ACCOUNT
            True
        """
        if not self.accounts:
            return NO_ACCOUNT
        return self._decide(
            self._by_number.get(lead.corporate_number or "", ()),
            self._by_key.get(_company_key(lead.company or ""), ()),
            self._by_domain.get(_domain(lead.email), ()),
        )

    def match_batch(self, batch: LeadBatch) -> tuple[Codes, tuple[AccountMatch, ...]]:
        """Return the account that each lead belongs to.

        Returns:
            (n,) int32 indices into the distinct matches, and the matches.

        Example:
            >>> book = AccountBook(accounts=(Account(id="A", company="株式会社日立製作所"),))
            >>> codes, matches = book.match_batch(LeadBatch.from_dicts([{"company": "日立製作所"}, {}]))
            >>> [matches[code].account is not None for code in codes]
            [True, False]
        """
        if not self.accounts:
            return np.zeros(len(batch), np.int32), (NO_ACCOUNT,)
        found = [
            batch["corporate_number"].map(lambda value: self._by_number.get(str(value))),
            batch["company"].map(self._of_company),
            self._of_domains(batch["email"]),
        ]
        # Few accounts make few distinct answers, so their combinations are numbered in one small table.
        sizes = [len(column.values) + 1 for column in found]
        mixed = np.zeros(len(batch), np.int64)
        for column, size in zip(found, sizes, strict=True):
            mixed = mixed * size + (np.maximum(column.codes, -1) + 1)
        distinct, codes = np.unique(mixed, return_inverse=True)
        matches = tuple(self._decide(*_unmix(int(number), sizes, found)) for number in distinct)
        return codes.astype(np.int32), matches

    def __len__(self) -> int:
        return len(self.accounts)

    def __iter__(self) -> Iterator[Account]:
        return iter(self.accounts)

    def _of_company(self, value: Hashable) -> tuple[str, ...] | None:
        return self._by_key.get(_company_key(str(value)))

    def _of_domains(self, emails: Column) -> Column:
        # Nearly every address is another one, so no dictionary of them is built: only domains are numbered.
        number = {domain: i for i, domain in enumerate(self._by_domain)}
        found = np.fromiter(
            (number.get(_domain(str(value)), -1) for value in emails.values), np.int32, len(emails.values)
        )
        codes = np.append(found, np.int32(-1))[np.maximum(emails.codes, -1)].astype(np.int32)
        return Column(codes=codes, values=tuple(self._by_domain.values()))

    def _decide(self, number: Sequence[str], company: Sequence[str], domain: Sequence[str]) -> AccountMatch:
        if number:
            return self._among(number, "corporate number")
        if company and domain:
            both = tuple(account_id for account_id in company if account_id in domain)
            if both:
                return self._among(both, "company name and domain")
            return self._among((*company, *domain), "company name against domain")
        if company:
            return self._among(company, "company name")
        return self._among(domain, "domain") if domain else NO_ACCOUNT

    def _among(self, found: Sequence[str], evidence: str) -> AccountMatch:
        accounts = [self._by_id[account_id] for account_id in found]
        if len({self.responsible(account) for account in accounts}) == 1:
            return AccountMatch(account=accounts[0], evidence=evidence)
        return AccountMatch(evidence=evidence, alternatives=tuple(sorted(found)))

    def _check_group(self, account: Account) -> None:
        seen = [account.id]
        while account.parent:
            if account.parent not in self._by_id:
                raise UnknownNameError(
                    f"The account '{account.id}' names the parent '{account.parent}', which is no account."
                )
            account = self._by_id[account.parent]
            if account.id in seen:
                raise DefinitionError(f"The groups of the accounts {', '.join(seen)} form a loop.")
            seen.append(account.id)


def _index(accounts: Sequence[Account], keys: Sequence[Sequence[str]]) -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = {}
    for account, own in zip(accounts, keys, strict=True):
        for key in own:
            if key:
                table.setdefault(key, []).append(account.id)
    return {key: tuple(sorted(set(ids))) for key, ids in table.items()}


def _company_key(company: str) -> str:
    if not company:
        return ""
    try:
        return CompanyName.parse(company).key
    except InvalidValueError:
        return ""


def _domain(email: str | None) -> str:
    return email.rpartition("@")[2].lower() if email else ""


def _unmix(number: int, sizes: Sequence[int], found: Sequence[Column]) -> list[tuple[str, ...]]:
    answers: list[tuple[str, ...]] = []
    for column, size in zip(reversed(found), reversed(sizes), strict=True):
        number, place = divmod(number, size)
        value = column.values[place - 1] if place else ()
        answers.append(tuple(map(str, value)) if isinstance(value, tuple) else ())
    return answers[::-1]
