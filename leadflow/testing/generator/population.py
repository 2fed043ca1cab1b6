"""A population: fictitious people, companies, and who works where, which is what a lead is."""

import collections
import itertools

import attrs

from leadflow.testing.generator.companies import TRADES, Company, CoreName, draw_company
from leadflow.testing.generator.dice import Dice
from leadflow.testing.generator.kana import hepburn
from leadflow.testing.generator.names import FullName, draw_name
from leadflow.testing.generator.places import Site

__all__ = ["DEPARTMENTS", "PRODUCTS", "TITLES", "Person", "Population", "TrueLead", "generate_population"]

PRODUCTS: tuple[tuple[str, str, str], ...] = (
    ("vision", "画像検査装置", "品質検査の自動化"),
    ("flow-meter", "流量計", "省エネルギー"),
    ("vibration", "振動センサー", "設備保全"),
    ("cloud", "予知保全クラウド", "設備保全"),
    ("robot", "協働ロボット", "省人化"),
    ("logger", "計測データ収集ユニット", "工場の見える化"),
)
"""Products of the sample company: id, name, the solution that each belongs to."""

DEPARTMENTS: tuple[str, ...] = (
    "製造部",
    "生産技術部",
    "品質保証部",
    "設備保全課",
    "購買部",
    "資材調達課",
    "情報システム部",
    "経営企画室",
    "総務部",
    "営業部",
    "研究開発部",
    "技術部",
    "工務課",
    "設計部",
    "DX推進室",
    "環境安全課",
)

TITLES: tuple[tuple[str, str, float], ...] = (
    ("代表取締役社長", "President", 3),
    ("取締役", "Director", 3),
    ("執行役員", "Executive Officer", 2),
    ("本部長", "General Manager", 3),
    ("部長", "Department Manager", 13),
    ("次長", "Deputy Manager", 6),
    ("課長", "Section Manager", 19),
    ("課長代理", "Assistant Manager", 5),
    ("係長", "Subsection Chief", 10),
    ("主任", "Senior Staff", 14),
    ("", "", 22),
)
"""Title, its English, and how often it occurs."""

# Zipf-like sizes: many small companies, few large ones.
_EMPLOYEES = ((5, 29, 30), (30, 99, 28), (100, 299, 20), (300, 999, 13), (1000, 4999, 7), (5000, 38000, 2))
_PATTERNS = (
    ("{g}.{f}", 30),
    ("{f}", 18),
    ("{f}.{g}", 12),
    ("{i}.{f}", 14),
    ("{i}{f}", 8),
    ("{f}-{i}", 8),
    ("{g}_{f}", 10),
)


@attrs.frozen(kw_only=True)
class Person:
    """A fictitious person.

    Attributes:
        person_id: such as "P00042".
        name: as registered.
        mobile: eleven national digits; it stays the person's own when they move, if ``keeps_mobile``.
        keeps_mobile: the mobile is the person's own, not the employer's.
        free_mail: an address at a free mail provider, or empty.
    """

    person_id: str
    name: FullName
    mobile: str
    keeps_mobile: bool
    free_mail: str


@attrs.frozen(kw_only=True)
class TrueLead:
    """A person at a company: what finding duplicates should find.

    Attributes:
        lead_id: such as "L00042".
        person_id: who.
        company_id: where.
        site: which of the company's sites, 0 is the head office.
        department: such as "生産技術部".
        title: such as "課長", or empty.
        previous_title: what older lists still say.
        email: the address in use here.
        second_email: another address that the person uses here, or empty.
        role_mailbox: the address is shared, such as ``info@``.
        phone: national digits of the fixed line; often the switchboard, which colleagues share.
        extension: behind the switchboard, or empty.
        mobile: national digits of the mobile, or empty when the person has none here.
        products: ids of the products that interest the person.
        namesake: a colleague's name reads the same; both have a mobile, and every row that is rendered
            gives it, since nobody could tell them apart otherwise.
    """

    lead_id: str
    person_id: str
    company_id: str
    site: int
    department: str
    title: str
    previous_title: str
    email: str
    second_email: str
    role_mailbox: bool
    phone: str
    extension: str
    mobile: str
    products: tuple[str, ...]
    namesake: bool = False


@attrs.frozen(kw_only=True)
class Population:
    """Who there is, and who works where.

    Attributes:
        seed: what it was drawn from.
        people: all persons.
        companies: all companies.
        leads: every person has one, those who moved have two.
    """

    seed: int
    people: tuple[Person, ...]
    companies: tuple[Company, ...]
    leads: tuple[TrueLead, ...]

    def person(self, lead: TrueLead) -> Person:
        """Return who a lead is.

        Example:
            >>> population = generate_population(0, people=20, companies=5)
            >>> population.person(population.leads[0]).person_id
            'P00000'
        """
        return self.people[int(lead.person_id[1:])]

    def company(self, lead: TrueLead) -> Company:
        """Return where a lead works.

        Example:
            >>> population = generate_population(0, people=20, companies=5)
            >>> lead = population.leads[0]
            >>> population.company(lead).company_id == lead.company_id
            True
        """
        return self.companies[int(lead.company_id[1:])]

    def site(self, lead: TrueLead) -> Site:
        """Return the site where a lead works.

        Example:
            >>> population = generate_population(0, people=20, companies=5)
            >>> population.site(population.leads[0]) in population.company(population.leads[0]).sites
            True
        """
        return self.company(lead).sites[lead.site]


def generate_population(
    seed: int,
    *,
    people: int = 2000,
    companies: int = 500,
    mover_rate: float = 0.03,
    namesake_rate: float = 0.01,
    free_mail_rate: float = 0.03,
    role_mail_rate: float = 0.015,
    foreign_rate: float = 0.03,
) -> Population:
    """Make up a population in which finding duplicates is as hard as in life.

    Frequent names repeat by themselves; some namesakes are put into one company on purpose. Companies
    come with sister companies of nearly the same name. Numbers and addresses reach nobody: fixed
    lines begin with 1 after the area code, mail goes to ``.example`` or to local parts that the free
    provider does not allow. Mobile numbers have a valid format and are made up. When there are people
    enough, every company has somebody.

    Args:
        seed: equal seeds give equal populations.
        people: how many persons, at least 1.
        companies: how many companies, at least 1.
        mover_rate: the part of persons who moved from one company to another.
        namesake_rate: the part of persons who share a colleague's name.
        free_mail_rate: the part of persons who use a free mail provider.
        role_mail_rate: the part of leads known by a shared address only.
        foreign_rate: the part of persons whose name is not Japanese.

    Returns:
        The population; every lead has its truth.

    Example:
        >>> population = generate_population(7, people=200, companies=50)
        >>> len(population.people), len(population.companies), len(population.leads) > 200
        (200, 50, True)
    """
    firms = _companies(Dice.of(seed, "companies"), companies)
    dice = Dice.of(seed, "people")
    weights = [min(company.employees, 3000) ** 0.5 for company in firms]
    desks = [*firms[:people], *(dice.weighted(firms, weights) for _ in range(people - len(firms)))]
    persons: list[Person] = []
    colleagues: dict[str, list[Person]] = {}
    for number, company in enumerate(desks):
        known = colleagues.setdefault(company.company_id, [])
        namesake = dice.pick(known).name if known and dice.chance(namesake_rate) else None
        name = namesake or draw_name(dice, foreign_rate=foreign_rate)
        persons.append(_person(dice, number, name, free_mail_rate))
        known.append(persons[-1])
    taken: set[str] = set()
    leads: list[TrueLead] = []
    for person, company in zip(persons, desks, strict=True):
        leads.append(_lead(dice, len(leads), person, company, taken=taken, role_mail_rate=role_mail_rate))
    for person, company in zip(persons, desks, strict=True):
        if len(firms) > 1 and dice.chance(mover_rate):
            elsewhere = dice.weighted(firms, weights)
            while elsewhere == company:
                elsewhere = dice.pick(firms)
            leads.append(_lead(dice, len(leads), person, elsewhere, taken=taken, role_mail_rate=0.0))
    told_apart = _tell_apart(dice, leads, persons)
    return Population(seed=seed, people=tuple(persons), companies=tuple(firms), leads=told_apart)


def _tell_apart(dice: Dice, leads: list[TrueLead], persons: list[Person]) -> tuple[TrueLead, ...]:
    names = [persons[int(lead.person_id[1:])].name for lead in leads]
    keys = [(lead.company_id, n.family_kana, n.given_kana) for lead, n in zip(leads, names, strict=True)]
    counts = collections.Counter(keys)
    return tuple(
        attrs.evolve(lead, namesake=True, mobile=lead.mobile or _mobile(dice)) if counts[key] > 1 else lead
        for lead, key in zip(leads, keys, strict=True)
    )


def _companies(dice: Dice, count: int) -> list[Company]:
    firms: list[Company] = []
    taken: set[str] = set()
    cores: set[str] = set()
    while len(firms) < count:
        low, high, _ = dice.weighted(_EMPLOYEES, [band[2] for band in _EMPLOYEES])
        core = _sister(dice, dice.pick(firms).core) if firms and dice.chance(0.05) else None
        company = draw_company(
            dice, number=len(firms), employees=dice.between(low, high), taken=taken, core=core
        )
        if company.core.text in cores:
            taken.discard(company.domain)
            continue
        cores.add(company.core.text)
        firms.append(company)
    return firms


def _sister(dice: Dice, core: CoreName) -> CoreName | None:
    for word, kana, english, industry in TRADES:
        if core.text.endswith(word):
            other, other_kana, other_english, other_industry = dice.pick(TRADES)
            if dice.chance(0.5):
                other, other_kana, other_english, other_industry = (
                    word + "販売",
                    kana + "ハンバイ",
                    english + " Sales",
                    industry,
                )
            return CoreName(
                text=core.text.removesuffix(word) + other,
                kana=core.kana.removesuffix(kana) + other_kana,
                latin=core.latin.removesuffix(english) + other_english,
                industry=other_industry,
            )
    return None


def _person(dice: Dice, number: int, name: FullName, free_mail_rate: float) -> Person:
    free_mail = ""
    if dice.chance(free_mail_rate):
        # Google allows letters, digits and dots only, so that nobody can own an address with "_".
        free_mail = f"{name.family_latin}_{name.given_latin}_{dice.digits(2)}@gmail.com".lower()
    return Person(
        person_id=f"P{number:05d}",
        name=name,
        mobile=_mobile(dice),
        keeps_mobile=dice.chance(0.4),
        free_mail=free_mail,
    )


def _mobile(dice: Dice) -> str:
    return dice.pick(("070", "080", "090", "090")) + str(dice.between(1, 9)) + dice.digits(7)


def _lead(
    dice: Dice, number: int, person: Person, company: Company, *, taken: set[str], role_mail_rate: float
) -> TrueLead:
    site = dice.below(len(company.sites)) if dice.chance(0.4) else 0
    switchboard = company.sites[site].phone
    direct = dice.chance(0.3)
    role = dice.chance(role_mail_rate)
    title_at = dice.weighted(range(len(TITLES)), [title[2] for title in TITLES])
    previous = TITLES[min(title_at + dice.between(1, 3), len(TITLES) - 1)][0]
    second = ""
    if role:
        email = f"{dice.pick(('info', 'sales', 'contact', 'soumu'))}@{company.domain}"
    elif person.free_mail:
        email, second = person.free_mail, _address(dice, person.name, company, taken)
    else:
        email = _address(dice, person.name, company, taken)
    first_job = number == int(person.person_id[1:])
    mobile = ""
    if dice.chance(0.75):
        mobile = person.mobile if person.keeps_mobile or first_job else _mobile(dice)
    return TrueLead(
        lead_id=f"L{number:05d}",
        person_id=person.person_id,
        company_id=company.company_id,
        site=site,
        department=dice.pick(DEPARTMENTS),
        title=TITLES[title_at][0],
        previous_title=previous,
        email=email,
        second_email=second,
        role_mailbox=role,
        phone=switchboard[:-2] + dice.digits(2) if direct else switchboard,
        extension=dice.digits(3) if not direct and dice.chance(0.2) else "",
        mobile=mobile,
        products=tuple(dice.sample([product[0] for product in PRODUCTS], dice.between(1, 2))),
    )


def _address(dice: Dice, name: FullName, company: Company, taken: set[str]) -> str:
    # A company assigns addresses by one pattern; who comes later and collides gets another, then a number.
    pattern = _PATTERNS[int(company.corporate_number[-3:]) % len(_PATTERNS)][0]
    family, given = (
        part.lower().replace(" ", "").replace("'", "") for part in (name.family_latin, name.given_latin)
    )
    if not name.foreign and dice.chance(0.1):
        given = hepburn(name.given_kana, long_vowels=True)
    local = pattern.format(f=family, g=given, i=given[:1])
    numbered = (f"{local}{number}" for number in itertools.count(2))
    candidates = itertools.chain((local, f"{family}.{given}", f"{given}-{family}"), numbered)
    address = next(a for a in (f"{c}@{company.domain}" for c in candidates) if a not in taken)
    taken.add(address)
    return address
