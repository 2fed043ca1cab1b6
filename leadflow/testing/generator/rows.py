"""One messy appearance of a lead in a list, before a list puts its own labels on it."""

import datetime as dt

import attrs

from leadflow.testing.generator.dice import Dice
from leadflow.testing.generator.noise import (
    Noise,
    messy_address,
    messy_company,
    messy_email,
    messy_name,
    messy_phone,
    messy_postal_code,
    messy_reading,
    missing,
)
from leadflow.testing.generator.population import Population, TrueLead

__all__ = ["Label", "MessyRow", "era_date", "render_row", "stamp"]

_JST = dt.timezone(dt.timedelta(hours=9))


@attrs.frozen(kw_only=True)
class Label:
    """The truth about one row of one list.

    Attributes:
        source: the list, such as "exhibition_2026".
        row: the record's number in the list, from 1, rows that cannot be used included.
        line: the physical line (or the sheet's row) on which it begins, from 1.
        usable: the row says who it is about and can be read.
        lead_id: the lead, or empty when the row is about nobody.
        person_id: the person, or empty.
        company_id: the company, or empty.
        remark: what is wrong with the row, or empty.
    """

    source: str
    row: int
    line: int
    usable: bool
    lead_id: str
    person_id: str
    company_id: str
    remark: str = ""


@attrs.frozen(kw_only=True)
class MessyRow:
    """How a list writes a lead; every attribute is text, empty when it was left out.

    Attributes:
        lead: the truth.
        company: as written.
        name: the whole name in one cell.
        family: the name's parts in two cells.
        given: see ``family``.
        family_kana: the reading's parts.
        given_kana: see ``family_kana``.
        department: as written.
        title: as written.
        email: as written.
        phone: as written.
        mobile: as written.
        postal_code: as written.
        prefecture: as written.
        city: as written.
        street: town and block.
        building: building and floor.
    """

    lead: TrueLead
    company: str
    name: str
    family: str
    given: str
    family_kana: str
    given_kana: str
    department: str
    title: str
    email: str
    phone: str
    mobile: str
    postal_code: str
    prefecture: str
    city: str
    street: str
    building: str


def render_row(
    population: Population, lead: TrueLead, dice: Dice, *, noise: Noise, reading_style: str = "full"
) -> MessyRow:
    """Write a lead as a list might.

    Mail, fixed line and mobile are never all left out: a row that says only a name and a company
    cannot be told from a namesake's.

    Args:
        population: where the lead is from.
        lead: which lead.
        dice: the choices.
        noise: how often what happens.
        reading_style: "full", "half" or "hiragana", see `messy_reading`.

    Example:
        >>> from leadflow.testing.generator.population import generate_population
        >>> population = generate_population(0, people=20, companies=5)
        >>> row = render_row(population, population.leads[0], Dice.of(0, "doc"), noise=Noise.none())
        >>> row.company == population.company(row.lead).name
        True
    """
    if lead.namesake:
        noise = attrs.evolve(noise, mobile_missing=0.0)
    person, company, site = population.person(lead), population.company(lead), population.site(lead)
    whole, family, given = messy_name(dice, noise, person.name)
    family_kana, given_kana = messy_reading(dice, noise, person.name, style=reading_style)
    written_company = messy_company(
        dice,
        noise,
        core=company.core.text,
        form=company.legal_form,
        position=company.form_position,
        english=company.english,
        branch=site.label if lead.site else "",
    )
    address = lead.second_email if lead.second_email and dice.chance(noise.second_email) else lead.email
    email = messy_email(dice, noise, address)
    phone = "" if dice.chance(noise.phone_missing) else lead.phone
    mobile = "" if dice.chance(noise.mobile_missing) else lead.mobile
    if "@" not in email and "＠" not in email and not mobile:
        mobile = lead.mobile
        email = email if mobile else messy_email(dice, attrs.evolve(noise, email_missing=0.0), address)
    with_address = not dice.chance(noise.address_missing)
    street, building = messy_address(dice, noise, site) if with_address else (missing(dice, noise), "")
    title = lead.previous_title if dice.chance(noise.old_title) else lead.title
    department = missing(dice, noise) if dice.chance(noise.field_missing) else lead.department
    if dice.chance(noise.company_typo) and lead.department:
        written_company, department = f"{written_company} {lead.department}", ""
    return MessyRow(
        lead=lead,
        company=written_company,
        name=whole,
        family=family,
        given=given,
        family_kana=family_kana,
        given_kana=given_kana,
        department=department,
        title=missing(dice, noise) if dice.chance(noise.field_missing) else title,
        email=email,
        phone=messy_phone(dice, noise, phone, area_code=site.city.area_code, extension=lead.extension),
        mobile=messy_phone(dice, attrs.evolve(noise, filler=0.0), mobile, area_code=mobile[:3]),
        postal_code=messy_postal_code(dice, noise, site.postal_code) if with_address else "",
        prefecture=site.city.prefecture if with_address else "",
        city=site.city.name if with_address else "",
        street=street,
        building=building,
    )


def stamp(dice: Dice, first: dt.date, last: dt.date, *, from_hour: int = 8, to_hour: int = 21) -> dt.datetime:
    """Draw a moment in Japanese time between two days, both included.

    Example:
        >>> day = dt.date(2026, 4, 1)
        >>> stamp(Dice.of(0, "doc"), day, day).isoformat()[-6:]
        '+09:00'
    """
    day = first + dt.timedelta(days=dice.below((last - first).days + 1))
    hour, minute, second = dice.between(from_hour, to_hour), dice.below(60), dice.below(60)
    return dt.datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=_JST)


def era_date(day: dt.date) -> str:
    """Write a day in the Reiwa era, which began in May 2019.

    Example:
        >>> era_date(dt.date(2026, 4, 1))
        '令和8年4月1日'
    """
    return f"令和{day.year - 2018}年{day.month}月{day.day}日"
