"""The exhibition list: what a badge scanner and a questionnaire at the stand produce."""

import datetime as dt
from collections.abc import Sequence

from leadflow.testing.generator.dice import Dice
from leadflow.testing.generator.kana import half_width_kana
from leadflow.testing.generator.noise import Noise, join_nonempty
from leadflow.testing.generator.organisation import COMPANY_NAME, Organisation
from leadflow.testing.generator.population import PRODUCTS, Population, TrueLead
from leadflow.testing.generator.rendered import Record, RenderedList, delimited, mixed_in
from leadflow.testing.generator.rows import MessyRow, render_row, stamp

__all__ = ["HEADER", "employee_band", "render_exhibition"]

HEADER = [
    "来場者番号",
    "読取日時",
    "会社名",
    "会社名カナ",
    "部署名",
    "役職",
    "氏名",
    "フリガナ",
    "〒",
    "住所",
    "TEL",
    "携帯番号",
    "E-mail",
    "業種",
    "従業員規模",
    "Q1.興味のある製品",
    "Q2.導入予定時期",
    "Q3.予算",
    "ランク",
    "担当者",
    "個人情報同意",
    "備考",
]

_BANDS = (
    (50, "1～49名"),
    (100, "50～99名"),
    (300, "100～299名"),
    (1000, "300～999名"),
    (5000, "1000～4999名"),
)
_PERIODS = ("3ヶ月以内", "半年以内", "1年以内", "時期未定", "情報収集")
_BUDGETS = ("確保済み", "申請中", "未定", "")
_REMARKS = (
    "",
    "",
    "",
    "",
    "カタログ送付希望",
    "デモ機の貸出を希望。5月の連休明けに電話",
    "現行品は他社製。更新時期は来年度",
    "上長に確認してから連絡するとのこと",
    "大阪の工場でも検討中",
    "価格表をメールで送る",
)
_TORN_AT = dt.datetime(2026, 4, 16, 13, 5, tzinfo=dt.UTC)
_FORMULAS = ("=cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0")


def employee_band(employees: int) -> str:
    """Return the questionnaire's answer for a head count.

    Example:
        >>> employee_band(120), employee_band(9000)
        ('100～299名', '5000名以上')
    """
    return next((text for limit, text in _BANDS if employees < limit), "5000名以上")


def render_exhibition(
    population: Population,
    organisation: Organisation,
    leads: Sequence[TrueLead],
    *,
    seed: int,
    noise: Noise,
) -> RenderedList:
    """Write the exhibition list: cp932, CRLF, six lines before the header.

    Args:
        population: where the leads are from.
        organisation: whose staff stood at the stand.
        leads: who was scanned, in any order, the same lead twice when it came twice.
        seed: equal seeds give equal files.
        noise: how often what happens.

    Example:
        >>> from leadflow.testing.generator import draw_organisation, generate_population
        >>> population = generate_population(0, people=40, companies=10)
        >>> rendered = render_exhibition(population, draw_organisation(0), population.leads, seed=0, noise=Noise())
        >>> rendered.content.decode("cp932").splitlines()[6].split(",")[:3]
        ['来場者番号', '読取日時', '会社名']
    """
    dice = Dice.of(seed, "exhibition")
    staff = [*organisation.owners("product-sales"), *organisation.owners("area-sales")[:6]]
    visits = sorted(
        (
            stamp(dice, dt.date(2026, 4, 15), dt.date(2026, 4, 17), from_hour=10, to_hour=16),
            lead.lead_id,
            lead,
        )
        for lead in leads
    )
    records = []
    for number, (at, _, lead) in enumerate(visits):
        row = render_row(population, lead, dice, noise=noise, reading_style="half")
        cells = _cells(population, row, dice, noise, at=at, number=number)
        cells[HEADER.index("担当者")] = dice.pick(staff).full_name.replace(
            " ", dice.pick((" ", "", "\u3000"))
        )
        if dice.chance(0.02):
            cells[HEADER.index("担当者")] = dice.pick(staff).name.family
        records.append(Record(cells=tuple(cells), lead=lead, external_id=cells[0]))
    for formula in _FORMULAS if records else ():
        position = dice.below(len(records))
        records[position] = _with_remark(records[position], formula)
    everything = mixed_in(dice, records, _unusable(population, leads, dice, noise))
    preamble = (
        "第12回 国際ものづくり自動化展 2026　来場者データ",
        f"出展社：{COMPANY_NAME}　小間番号：E-24",
        "会期：2026年4月15日（水）～17日（金）",
        f"出力日時：2026/04/20 09:12　合計：{len(everything)}件",
        "※本データには個人情報が含まれます。お取り扱いにはご注意ください。",
        "",
    )
    return delimited(everything, HEADER, file_name="exhibition_2026.csv", encoding="cp932", preamble=preamble)


def _cells(
    population: Population, row: MessyRow, dice: Dice, noise: Noise, *, at: dt.datetime, number: int
) -> list[str]:
    company = population.company(row.lead)
    products = [name for key, name, _ in PRODUCTS if key in row.lead.products]
    kana = half_width_kana(company.core.kana) if dice.chance(0.6) else ""
    reading = join_nonempty((row.family_kana, row.given_kana), dice.pick((" ", "", "\u3000")))
    address = f"{row.prefecture if dice.chance(0.85) else ''}{row.city}{row.street}"
    return [
        f"V26{number:05d}",
        at.strftime("%Y/%m/%d %H:%M"),
        row.company,
        kana,
        row.department,
        row.title,
        row.name + ("様" if dice.chance(noise.field_missing * 0.1) else ""),
        reading,
        row.postal_code,
        join_nonempty((address, row.building), dice.pick((" ", "\u3000"))),
        row.phone,
        row.mobile,
        row.email,
        "" if dice.chance(noise.field_missing) else company.industry,
        "" if dice.chance(noise.field_missing) else employee_band(company.employees),
        "、".join(products) if dice.chance(0.85) else "",
        dice.pick(_PERIODS),
        dice.pick(_BUDGETS),
        dice.weighted(("A", "B", "C", "D", ""), (8, 20, 40, 20, 12)),
        "",
        dice.weighted(("同意する", "○", "同意しない", "×", ""), (55, 30, 6, 4, 5)),
        dice.pick(_REMARKS),
    ]


def _with_remark(record: Record, remark: str) -> Record:
    return Record(
        cells=(*record.cells[:-1], remark),
        lead=record.lead,
        remark="formula in a cell",
        external_id=record.external_id,
    )


def _unusable(population: Population, leads: Sequence[TrueLead], dice: Dice, noise: Noise) -> list[Record]:
    width = len(HEADER)
    scan = "2026/04/16 11:20"
    records = [
        _nobody(("V2690001", scan, *[""] * (width - 2)), "only a badge number"),
        _nobody(("V2690002", scan, "株式会社", *[""] * (width - 3)), "only a legal form"),
        _nobody(("V2690003", scan, *["-"] * (width - 2)), "only fillers"),
        _nobody(("V2690004", scan, *["未入力"] * (width - 2)), "only fillers"),
        _nobody(("V2690005", scan, *["なし"] * (width - 2)), "only fillers"),
        _nobody(("",) * width, "empty row"),
        _nobody(_test_row("テスト株式会社", "テスト 太郎", scan), "test row"),
        _nobody(_test_row("テスト", "テスト　花子", scan), "test row"),
    ]
    for extra in (0, 1, 2) if leads else ():
        lead = dice.pick(leads)
        row = render_row(population, lead, dice, noise=noise)
        cells = _cells(population, row, dice, noise, at=_TORN_AT, number=90010 + extra)
        broken = cells[: 5 + extra] if extra < 2 else [*cells[:5], "第一", "第二", *cells[5:]]
        records.append(Record(cells=tuple(broken), lead=lead, usable=False, remark="wrong number of columns"))
    total = ("合計", str(len(leads)), *[""] * (width - 2))
    records.append(Record(cells=total, lead=None, usable=False, remark="a total, not a visitor", footer=True))
    return records


def _nobody(cells: tuple[str, ...], remark: str) -> Record:
    return Record(cells=cells, lead=None, usable=False, remark=remark)


def _test_row(company: str, name: str, scan: str) -> tuple[str, ...]:
    cells = dict.fromkeys(HEADER, "")
    cells |= {
        "来場者番号": "V2699999",
        "読取日時": scan,
        "会社名": company,
        "氏名": name,
        "TEL": "00-0000-0000",
        "E-mail": "test@test.example",
        "備考": "読取テスト",
    }
    return tuple(cells.values())
