"""The Marketo list export with English labels."""

import datetime as dt
from collections.abc import Sequence

import attrs

from leadflow.testing.generator.dice import Dice
from leadflow.testing.generator.noise import Noise, join_nonempty
from leadflow.testing.generator.population import TITLES, Population, TrueLead
from leadflow.testing.generator.rendered import Record, RenderedList, delimited, mixed_in
from leadflow.testing.generator.rows import MessyRow, render_row, stamp

__all__ = ["HEADER", "render_marketo"]

HEADER = [
    "Id",
    "First Name",
    "Last Name",
    "Email Address",
    "Company Name",
    "Department",
    "Job Title",
    "Phone Number",
    "Mobile Phone Number",
    "Address",
    "City",
    "State",
    "Postal Code",
    "Country",
    "Website",
    "Industry",
    "Num Employees",
    "Lead Source",
    "Lead Score",
    "Unsubscribed",
    "Email Invalid",
    "Created At",
    "Updated At",
]

_SOURCES = ("Web Form", "Webinar", "Trade Show", "Content Download", "Web Advertising", "List Import")
_TITLES_IN_ENGLISH = {japanese: english for japanese, english, _ in TITLES}


def render_marketo(
    population: Population, leads: Sequence[TrueLead], *, seed: int, noise: Noise
) -> RenderedList:
    """Write the Marketo export: UTF-8, times in UTC without offset, more Latin letters than elsewhere.

    Args:
        population: where the leads are from.
        leads: who is in the list.
        seed: equal seeds give equal files.
        noise: how often what happens.

    Example:
        >>> from leadflow.testing.generator import generate_population
        >>> population = generate_population(0, people=40, companies=10)
        >>> render_marketo(population, population.leads, seed=0, noise=Noise()).content[:13]
        b'Id,First Name'
    """
    dice = Dice.of(seed, "marketo")
    latin = attrs.evolve(
        noise, romaji=min(1.0, noise.romaji * 3), english_company=min(1.0, noise.english_company * 3)
    )
    created = sorted(
        (stamp(dice, dt.date(2025, 4, 1), dt.date(2026, 9, 29)), lead.lead_id, lead) for lead in leads
    )
    records = []
    for number, (at, _, lead) in enumerate(created, start=1):
        row = render_row(population, lead, dice, noise=latin)
        cells = _cells(population, row, dice, noise, at)
        cells[0] = str(1_200_000 + number * 3)
        records.append(Record(cells=tuple(cells), lead=lead, external_id=cells[0]))
    everything = mixed_in(dice, records, _unusable())
    return delimited(everything, HEADER, file_name="marketo_leads.csv", encoding="utf-8", line_end="\n")


def _cells(population: Population, row: MessyRow, dice: Dice, noise: Noise, at: dt.datetime) -> list[str]:
    company = population.company(row.lead)
    created = at.astimezone(dt.UTC)
    updated = min(created + dt.timedelta(hours=dice.below(4000)), dt.datetime(2026, 9, 30, 3, tzinfo=dt.UTC))
    english_title = row.title in _TITLES_IN_ENGLISH and dice.chance(noise.romaji * 3)
    return [
        "",
        row.given,
        row.family,
        row.email,
        row.company,
        row.department,
        _TITLES_IN_ENGLISH[row.title] if english_title else row.title,
        row.phone,
        row.mobile,
        join_nonempty((row.street, row.building), " "),
        row.city,
        row.prefecture,
        row.postal_code,
        dice.weighted(("Japan", "JP", "日本", ""), (60, 10, 10, 20)),
        company.domain if dice.chance(0.3) else "",
        "" if dice.chance(noise.field_missing * 4) else company.industry,
        "" if dice.chance(noise.field_missing * 4) else str(company.employees),
        dice.pick(_SOURCES),
        str(dice.below(120)),
        "true" if dice.chance(0.06) else "false",
        "true" if dice.chance(0.02) else "false",
        created.strftime("%Y-%m-%d %H:%M:%S"),
        updated.strftime("%Y-%m-%d %H:%M:%S"),
    ]


def _unusable() -> list[Record]:
    width = len(HEADER)
    records = []
    for number, (given, family, email, company, remark) in enumerate(
        (
            ("", "", "", "", "no identity"),
            ("Unknown", "Unknown", "", "Unknown", "only fillers"),
            ("N/A", "N/A", "N/A", "N/A", "only fillers"),
            ("太郎", "テスト", "test@test.example", "テスト株式会社", "test row"),
            ("asdf", "asdf", "asdf", "asdf", "test row"),
        )
    ):
        cells = [""] * width
        cells[0] = str(1_300_000 + number)
        cells[1], cells[2], cells[3], cells[4] = given, family, email, company
        cells[-2] = "2026-02-03 01:00:00"
        records.append(Record(cells=tuple(cells), lead=None, usable=False, remark=remark))
    torn = (
        "1300009",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "3F",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
    )
    records.append(Record(cells=torn, lead=None, usable=False, remark="wrong number of columns"))
    return records
