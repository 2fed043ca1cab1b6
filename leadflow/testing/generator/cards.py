"""The business-card list: a workbook in which Excel has damaged numbers and dates."""

import datetime as dt
import io
from collections.abc import Sequence

from leadflow.errors import MissingExtraError
from leadflow.testing.generator.dice import Dice
from leadflow.testing.generator.noise import Noise, join_nonempty
from leadflow.testing.generator.organisation import Organisation
from leadflow.testing.generator.population import Population, TrueLead
from leadflow.testing.generator.rendered import Record, RenderedList, external_ids, label, mixed_in
from leadflow.testing.generator.rows import MessyRow, era_date, render_row, stamp

__all__ = ["HEADER", "render_cards"]

HEADER = [
    "名刺ID",
    "名刺交換日",
    "会社名",
    "会社名（英名）",
    "部署名",
    "役職",
    "氏名",
    "氏名（カナ）",
    "郵便番号(1)",
    "住所(1)［全て］",
    "TEL-1(1)",
    "FAX(1)",
    "携帯電話(1)",
    "Email(1)",
    "URL(1)",
    "名刺所有者",
    "タグ",
    "メモ",
]

_TAGS = ("", "", "重要", "展示会", "代理店", "既存顧客")
_MEMOS = ("", "", "", "工場見学でお会いした", "ゴルフコンペ", "新任のご挨拶")
_EPOCH = dt.date(1899, 12, 30)


def render_cards(
    population: Population,
    organisation: Organisation,
    leads: Sequence[TrueLead],
    *,
    seed: int,
    noise: Noise,
) -> RenderedList:
    """Write the business-card workbook.

    About a third of the telephone numbers and postal codes are numbers without their leading zero,
    dates are real dates, bare serial numbers, era dates or text.

    Args:
        population: where the leads are from.
        organisation: whose staff own the cards.
        leads: who is in the list.
        seed: equal seeds give equal contents.
        noise: how often what happens.

    Raises:
        MissingExtraError: xlsxwriter is not installed.

    Example:
        >>> from leadflow.testing.generator import draw_organisation, generate_population
        >>> population = generate_population(0, people=40, companies=10)
        >>> rendered = render_cards(population, draw_organisation(0), population.leads, seed=0, noise=Noise())
        >>> rendered.content[:2]
        b'PK'
    """
    dice = Dice.of(seed, "cards")
    owners = [*organisation.owners("account-sales"), *organisation.owners("area-sales")]
    days = sorted(
        (stamp(dice, dt.date(2025, 4, 1), dt.date(2026, 9, 25)).date(), lead.lead_id, lead) for lead in leads
    )
    records = []
    for number, (day, _, lead) in enumerate(days, start=1):
        row = render_row(population, lead, dice, noise=noise)
        cells = _cells(population, row, dice, day)
        cells[0] = f"BC{number:06d}"
        cells[HEADER.index("名刺所有者")] = dice.pick(owners).full_name
        records.append(Record(cells=tuple(cells), lead=lead, external_id=cells[0]))
    everything = mixed_in(dice, records, _unusable())
    return RenderedList(
        source="business_cards",
        file_name="business_cards.xlsx",
        content=_workbook(everything, dice),
        labels=tuple(
            label(record, source="business_cards", row=row, line=row + 1)
            for row, record in enumerate(everything, start=1)
        ),
        external_ids=external_ids(everything),
    )


def _cells(population: Population, row: MessyRow, dice: Dice, day: dt.date) -> list[str]:
    company, site = population.company(row.lead), population.site(row.lead)
    written = (
        day.isoformat(),
        day.isoformat(),
        era_date(day),
        f"{day.year}/{day.month}/{day.day}",
        f"R{day.year - 2018}.{day.month}.{day.day}",
    )
    address = join_nonempty((row.prefecture + row.city + row.street, row.building), "\u3000")
    return [
        "",
        dice.pick(written),
        row.company,
        company.english if dice.chance(0.4) else "",
        row.department,
        row.title,
        row.name,
        join_nonempty((row.family_kana, row.given_kana), " "),
        row.postal_code,
        address,
        row.phone,
        f"{site.city.area_code}-1{dice.digits(9 - len(site.city.area_code))}" if dice.chance(0.4) else "",
        row.mobile,
        row.email,
        f"https://{company.domain}" if dice.chance(0.5) else "",
        "",
        dice.pick(_TAGS),
        dice.pick(_MEMOS),
    ]


def _unusable() -> list[Record]:
    width = len(HEADER)
    rows = (
        (("BC900001", *[""] * (width - 1)), "no identity"),
        (("BC900002", "", "株式会社", *[""] * (width - 3)), "only a legal form"),
        (("BC900003", *["-"] * (width - 1)), "only fillers"),
        (("BC900004", "", "テスト株式会社", "", "", "", "テスト 太郎", *[""] * (width - 7)), "test row"),
    )
    return [Record(cells=cells, lead=None, usable=False, remark=remark) for cells, remark in rows]


def _workbook(records: Sequence[Record], dice: Dice) -> bytes:
    try:
        import xlsxwriter  # noqa: PLC0415  an optional extra
    except ImportError:
        raise MissingExtraError.of("excel", purpose="Writing the business-card workbook") from None
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    workbook.set_properties({"created": dt.datetime(2026, 9, 30, tzinfo=dt.UTC)})
    bold, date_format = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "yyyy/m/d"})
    sheet = workbook.add_worksheet("名刺一覧")
    for column, text in enumerate(HEADER):
        sheet.write_string(0, column, text, bold)
    numeric = {HEADER.index("郵便番号(1)"), HEADER.index("TEL-1(1)"), HEADER.index("携帯電話(1)")}
    for row, record in enumerate(records, start=1):
        for column, text in enumerate(record.cells):
            digits = text.replace("-", "")
            if not text:
                continue
            if column == 1 and _is_iso(text):
                serial = (dt.date.fromisoformat(text) - _EPOCH).days
                sheet.write_number(row, column, serial, date_format if dice.chance(0.5) else None)
            elif column in numeric and digits.isascii() and digits.isdigit() and dice.chance(0.35):
                sheet.write_number(row, column, int(digits))
            elif column in numeric and digits.isascii() and digits.isdigit() and dice.chance(0.05):
                sheet.write_string(row, column, f"{int(digits)}.0")
            else:
                sheet.write_string(row, column, text)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(records), len(HEADER) - 1)
    workbook.close()
    return buffer.getvalue()


def _is_iso(text: str) -> bool:
    return len(text) == 10 and text[4] == "-" and text[:4].isdigit()
