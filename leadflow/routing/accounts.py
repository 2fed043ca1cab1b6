"""Named accounts, and which of them a lead belongs to: by number, by company, by domain, or ambiguous."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Final

import attrs
import numpy as np

from leadflow.columns import Codes, Column
from leadflow.errors import DefinitionError, InvalidValueError, UnknownNameError, near_miss
from leadflow.records.batches import LeadBatch
from leadflow.records.leads import Lead
from leadflow.values.companies import CompanyName
from leadflow.values.corporate_numbers import CorporateNumber
from leadflow.values.domains import WebDomain

__all__ = ["NO_ACCOUNT", "Account", "AccountBook", "AccountMatch"]

_Ids = tuple[str, ...]
_NO_ACCOUNTS_NUMBER: Final[_Ids] = ("",)
"""What a corporate number finds that is no account's."""


def _texts(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(items)


@attrs.frozen(kw_only=True)
class Account:
    """A company that somebody is responsible for.

    Attributes:
        id: unique; the corporate number, the company or the domain when it is not given.
        company: its name, as written.
        names: further names: a reading, an English or a former name.
        corporate_number: 13 digits.
        domains: of its e-mail addresses and web sites; subdomains belong to it.
        parent: the id of the company to whose group it belongs.
        team: the team's id; the parent's when empty.
        owner: the person's id; the parent's when empty.

    Raises:
        DefinitionError: there is nothing by which a lead could be found to belong to it, or anybody can have an
            address at one of its domains.

    Example:
        >>> Account(company="株式会社日立製作所", owner="u1").id
        '株式会社日立製作所'
    """

    id: str = ""
    company: str = ""
    names: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    corporate_number: str = ""
    domains: tuple[str, ...] = attrs.field(default=(), converter=_texts)
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
        if self.corporate_number:
            object.__setattr__(self, "corporate_number", _number(self.corporate_number))
        for domain in self.domains:
            _host(domain, self.id)

    @property
    def every_name(self) -> tuple[str, ...]:
        """The company and its further names.

        Example:
            >>> Account(company="株式会社日立製作所", names=("Hitachi, Ltd.",)).every_name
            ('株式会社日立製作所', 'Hitachi, Ltd.')
        """
        return (*((self.company,) if self.company else ()), *self.names)


@attrs.frozen(kw_only=True)
class AccountMatch:
    """The account that a lead belongs to.

    Attributes:
        account: None when there is none, or when it is ambiguous.
        evidence: by what it was found, such as ``"corporate number"``.
        alternatives: the ids of the accounts among which it could not be decided; one alone where the company's name
            only resembles the account's and nothing else speaks for it.

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
    are not one team's and owner's, the match is ambiguous. The domain alone is the last resort. A lead with another
    corporate number than a namesake's belongs to another company. Names are the same
    when their cores are, whatever the legal form; of several such accounts those count whose legal form stands
    where the lead's does, if there are any. A name that only resembles an account's counts together with the domain.

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
    _by_number: Mapping[str, _Ids] = attrs.field(init=False, eq=False, repr=False)
    _by_key: Mapping[str, _Ids] = attrs.field(init=False, eq=False, repr=False)
    _by_form: Mapping[str, _Ids] = attrs.field(init=False, eq=False, repr=False)
    _by_domain: Mapping[str, _Ids] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        by_id = {account.id: account for account in self.accounts}
        if len(by_id) < len(self.accounts):
            raise DefinitionError("Two accounts have the same id; give each its own.")
        names = [[_company_keys(name) for name in account.every_name] for account in self.accounts]
        for name, keys in (
            ("_by_number", [(account.corporate_number,) for account in self.accounts]),
            ("_by_key", [tuple(core for core, _ in each) for each in names]),
            ("_by_form", [tuple(full for _, full in each) for each in names]),
            (
                "_by_domain",
                [tuple(_host(d, account.id) for d in account.domains) for account in self.accounts],
            ),
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

    def same_name(self, company: str) -> tuple[str, ...]:
        """Return the ids of the accounts that a company's name is a name of.

        Args:
            company: as written.

        Example:
            >>> book = AccountBook(accounts=(Account(id="A", company="株式会社大和"), Account(id="B", company="大和株式会社")))
            >>> book.same_name("大和(株)"), book.same_name("大和")
            (('B',), ('A', 'B'))
        """
        core, full = _company_keys(company)
        return self._by_form.get(full) or self._by_key.get(core, ())

    def match(
        self, lead: Lead, *, named: Sequence[str] | None = None, resembling: Sequence[str] = ()
    ) -> AccountMatch:
        """Return the account that a lead belongs to.

        Args:
            lead: the lead.
            named: the ids of accounts that have the lead's company name, as another matcher found them; those of
                `same_name` by default.
            resembling: the ids of accounts whose name the company's resembles.

        Example:
            >>> AccountBook().match(Lead(company="日立製作所")) == NO_ACCOUNT
            True
        """
        if not self.accounts:
            return NO_ACCOUNT
        if named is None:
            named = self.same_name(lead.company) if lead.company else ()
        return self._decide(
            self._of_number(lead.corporate_number) or () if lead.corporate_number else (),
            tuple(named),
            tuple(resembling),
            self._domain_of(lead.email or ""),
        )

    def match_batch(
        self, batch: LeadBatch, *, named: Column | None = None, resembling: Column | None = None
    ) -> tuple[Codes, tuple[AccountMatch, ...]]:
        """Return the account that each lead belongs to.

        Args:
            batch: n leads.
            named: (n,) tuples of the ids of accounts that have the lead's company name, as another matcher found
                them; those of `same_name` by default.
            resembling: (n,) tuples of the ids of accounts whose name the company's resembles; nobody by default.

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
            batch["corporate_number"].map(self._of_number),
            batch["company"].map(self._of_company) if named is None else named,
            Column.constant(None, len(batch)) if resembling is None else resembling,
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

    def _of_number(self, value: Hashable) -> _Ids | None:
        return self._by_number.get(str(value), _NO_ACCOUNTS_NUMBER)

    def _of_company(self, value: Hashable) -> _Ids | None:
        return self.same_name(str(value)) or None

    def _domain_of(self, email: str) -> _Ids:
        """Return whose domain an address is at, or whose subdomain; the narrowest counts."""
        domain = email.rpartition("@")[2].lower()
        while domain:
            if domain in self._by_domain:
                return self._by_domain[domain]
            domain = domain.partition(".")[2]
        return ()

    def _of_domains(self, emails: Column) -> Column:
        # Nearly every address is another one, so no dictionary of them is built: only domains are numbered.
        owners = tuple(self._by_domain.values())
        number = {ids: i for i, ids in enumerate(owners)}
        seen: dict[str, int] = {}

        def place(email: str) -> int:
            domain = email.rpartition("@")[2]
            found = seen.get(domain)
            if found is None:
                found = seen[domain] = number.get(self._domain_of(domain), -1)
            return found

        found = np.fromiter(map(place, map(str, emails.values)), np.int32, len(emails.values))
        codes = np.append(found, np.int32(-1))[np.maximum(emails.codes, -1)].astype(np.int32)
        return Column(codes=codes, values=owners)

    def _decide(self, number: _Ids, company: _Ids, resembling: _Ids, domain: _Ids) -> AccountMatch:
        if number and number != _NO_ACCOUNTS_NUMBER:
            return self._among(number, "corporate number")
        if number:
            company, resembling = self._unnumbered(company), self._unnumbered(resembling)
        if company and domain:
            both = tuple(account_id for account_id in company if account_id in domain)
            if both:
                return self._among(both, "company name and domain")
            return self._among((*company, *domain), "company name against domain")
        if company:
            return self._among(company, "company name")
        both = tuple(account_id for account_id in resembling if account_id in domain)
        if both:
            return self._among(both, "similar company name and domain")
        if domain:
            return self._among(domain, "domain")
        return (
            AccountMatch(evidence="similar company name", alternatives=resembling)
            if resembling
            else NO_ACCOUNT
        )

    def _unnumbered(self, found: _Ids) -> _Ids:
        return tuple(account_id for account_id in found if not self._by_id[account_id].corporate_number)

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


def _index(accounts: Sequence[Account], keys: Sequence[Sequence[str]]) -> dict[str, _Ids]:
    table: dict[str, list[str]] = {}
    for account, own in zip(accounts, keys, strict=True):
        for key in own:
            if key:
                table.setdefault(key, []).append(account.id)
    return {key: tuple(sorted(set(ids))) for key, ids in table.items()}


def _company_keys(company: str) -> tuple[str, str]:
    """Return the core of a name, and the core with the legal form where it stands; empty where there is none."""
    try:
        name = CompanyName.parse(company)
    except InvalidValueError:
        return "", ""
    if not name.key or not name.legal_form:
        return name.key, ""
    return name.key, f"{name.form_position} {name.legal_form} {name.key}"


def _number(text: str) -> str:
    """Return a corporate number in its canonical form; what is none stays as written and is found as such."""
    try:
        return str(CorporateNumber.parse(text))
    except InvalidValueError:
        return text


def _host(domain: str, account_id: str) -> str:
    try:
        site = WebDomain.parse(domain)
    except InvalidValueError:
        raise DefinitionError(
            f"A domain of the account '{account_id}' has no host name such as example.co.jp."
        ) from None
    if site.is_free_mail:
        raise DefinitionError(
            f"Anybody can have an address at {site.host}, so it cannot be a domain of the account '{account_id}'."
        )
    return site.host


def _unmix(number: int, sizes: Sequence[int], found: Sequence[Column]) -> list[_Ids]:
    answers: list[_Ids] = []
    for column, size in zip(reversed(found), reversed(sizes), strict=True):
        number, place = divmod(number, size)
        value = column.values[place - 1] if place else ()
        answers.append(tuple(map(str, value)) if isinstance(value, tuple) else ())
    return answers[::-1]
