"""Rows per second of ``parse_many`` for every kind of value, and the cost of hostile texts.

Each kind is read twice: from rows that are all different (the worst case, since a column is parsed
once per distinct text) and from rows in which each text occurs twenty times. The hostile texts
have 100,000 characters and are given to `parse` and to the text functions.

Run: ``python benchmarks/values_speed.py [rows]``
"""

import sys
import time
import warnings
from collections.abc import Callable, Sequence

from leadflow.errors import InvalidValueError
from leadflow.values import (
    CompanyName,
    CorporateNumber,
    EmailAddress,
    Kana,
    Money,
    ParsedColumn,
    PersonName,
    PhoneNumber,
    PostalAddress,
    PostalCode,
    WebDomain,
    fold,
    is_filler,
    parse_date,
    parse_dates,
    parse_datetime,
    parse_datetimes,
    reading_key,
    romanise,
    tidy,
)
from leadflow.values.corporate_numbers import check_digit

KANJI = "日月火水木金土山川田村野原中西東北南高松竹梅青白赤大小上下前後石井森林橋本崎島藤佐木加和清宮内谷口関近遠長岡福安平新古永吉"
KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン"
HALF = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝ"
WORDS = (
    "パナソニック",
    "製作所",
    "商事",
    "システムズ",
    "ホールディングス",
    "工業",
    "ＮＴＴデ－タ",
    "運輸",
    "Solutions",
    "電機",
)
FORMS = (
    "株式会社{}",
    "㈱{}",
    "{}株式会社",
    "（株）{}",
    "{}（株）",
    "有限会社{}",
    "{} Co., Ltd.",
    "{}",
    "合同会社{}",
    "{}㈱ 東京支店",
)


def pick(alphabet: str, number: int, length: int) -> str:
    """Write a number in an alphabet, so that different numbers give different texts."""
    size = len(alphabet)
    return "".join(alphabet[number // size**place % size] for place in range(length))


def company(number: int) -> str:
    """Write a company name in one of ten ways."""
    return FORMS[number % 10].format(pick(KANJI, number, 4) + WORDS[number // 10 % 10])


def person(number: int) -> str:
    """Write a person's name, sometimes with an honorific."""
    name = f"{pick(KANJI, number, 2)}{'　 '[number % 2]}{pick(KANJI, number // 7, 3)}"
    return name + (" 様" if number % 10 == 0 else "")


def kana(number: int) -> str:
    """Write a reading in full-width or half-width kana."""
    alphabet = (KANA, HALF)[number % 2]
    return f"{pick(alphabet, number // 2, 4)} {pick(alphabet, number // 3, 4)}"


def email(number: int) -> str:
    """Write an address in one of five domains."""
    domain = ("example.co.jp", "gmail.com", "Example.com", "docomo.ne.jp", "sub.example.jp")[number % 5]
    text = f"{pick('abcdefghijklmnopqrstuvwxyz', number, 6)}.{number}@{domain}"
    return text + ("　" if number % 10 == 0 else "")


def phone(number: int) -> str:
    """Write a number in one of five ways."""
    line, block = number % 10_000, number // 10_000 % 8_000 + 2_000
    shape = number % 10
    if shape < 4:
        return f"03-{block}-{line:04}"
    if shape < 7:
        return f"090-{block}-{line:04}"
    if shape == 7:
        return f"０３（{block}）{line:04}"
    if shape == 8:
        return f"+81 3 {block} {line:04}"
    return f"TEL:03-{block}-{line:04}（代）内線{number % 900 + 1}"


def postal_code(number: int) -> str:
    """Write a postal code in one of three ways."""
    code = 1_000_000 + number
    return (f"〒{code // 10_000}-{code % 10_000:04}", f"{code // 10_000}-{code % 10_000:04}", f"{code}")[
        number % 3
    ]


def address(number: int) -> str:
    """Write an address in one of four ways."""
    town = pick(KANJI, number, 3)
    first, second, third = number % 9 + 1, number // 9 % 40 + 1, number // 360 % 30 + 1
    area = (
        "東京都千代田区",
        "横浜市中区",
        "大阪府大阪市北区",
        "神奈川県足柄下郡箱根町",
        "北海道札幌市中央区",
    )[number % 5]
    shape = number % 4
    if shape == 0:
        return f"{area}{town}{first}丁目{second}番{third}号"
    if shape == 1:
        return f"{area}{town}{first}-{second}-{third} {town}ビル{first}階"
    if shape == 2:
        return f"{area}{town}{'一二三四五六七八九'[first - 1]}丁目{second}番地{third}"
    return f"{area}{town}{first}－{second}－{third}"


def corporate_number(number: int) -> str:
    """Write a number with its check digit."""
    base = f"{number + 10_000_000_000:012}"
    return f"{check_digit(base)}{base}"


def date(number: int) -> str:
    """Write a date in one of four ways, with a time once the days run out."""
    year, month, day, minute = (
        1950 + number // 336 % 100,
        number // 28 % 12 + 1,
        number % 28 + 1,
        number // 33_600,
    )
    text = (
        f"{year}/{month}/{day}",
        f"{year}年{month}月{day}日",
        f"{year}-{month:02}-{day:02}",
        f"{year}.{month}.{day}",
    )[number % 4]
    return text + (f" {minute // 60}:{minute % 60:02}" if minute else "")


def money(number: int) -> str:
    """Write an amount in one of four ways."""
    return (f"{number:,}円", f"¥{number}", f"{number}万円", str(number))[number % 4]


def web(number: int) -> str:
    """Write a URL."""
    return f"https://www.{pick('abcdefghijklmnopqrstuvwxyz', number, 5)}{number}.co.jp/path"


KINDS: dict[str, tuple[Callable[[int], str], Callable[[Sequence[str]], ParsedColumn]]] = {
    "company": (company, CompanyName.parse_many),
    "person": (person, PersonName.parse_many),
    "kana": (kana, Kana.parse_many),
    "postal code": (postal_code, PostalCode.parse_many),
    "date": (date, parse_dates),
    "date and time": (date, parse_datetimes),
    "address": (address, PostalAddress.parse_many),
    "e-mail": (email, EmailAddress.parse_many),
    "phone": (phone, PhoneNumber.parse_many),
    "corporate number": (corporate_number, CorporateNumber.parse_many),
    "money": (money, Money.parse_many),
    "web domain": (web, WebDomain.parse_many),
}
HOSTILE = (
    "a", "0", " ", "株", "(株", "(", "ー", "アー", "-", "1-", "一", "a@", "a.", "<a@", "1丁目", "1 ", "a ", "co., ",
    "\ufdfa", "\u309b", " \u309b", "a\u0301", "部 ", "令和", "2026/", "(a)", "㈱", "1万", "\u200b", "か\u3099\u0323",
    "内線1", "tel ", "o", "ッ", "1\n", "\ud800", "株式会社", "www.", "市区町村", "1,", "￥", "一丁目", "・", "T ",
)  # fmt: skip
PARSERS: dict[str, Callable[[str], object]] = {
    "company": CompanyName.parse,
    "person": PersonName.parse,
    "kana": Kana.parse,
    "phone": PhoneNumber.parse,
    "postal code": PostalCode.parse,
    "address": PostalAddress.parse,
    "e-mail": EmailAddress.parse,
    "web domain": WebDomain.parse,
    "corporate number": CorporateNumber.parse,
    "date": parse_date,
    "date and time": parse_datetime,
    "money": Money.parse,
    "is_filler": is_filler,
    "tidy": tidy,
    "fold": fold,
    "romanise": romanise,
    "reading_key": reading_key,
}


def seconds(function: Callable[[], object], *, best_of: int = 3) -> float:
    """Return the shortest of several runs in processor time, which other work does not lengthen."""
    times = []
    for _ in range(best_of):
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return min(times)


def outcome(parse: Callable[[str], object], text: str) -> None:
    """Parse a text that may be refused."""
    try:
        parse(text)
    except InvalidValueError:
        return


def main(rows: int) -> None:
    """Measure and print both tables."""
    PhoneNumber.parse("+16502530000")
    print(f"{'kind':<18}{'unique rows/s':>15}{'20 repeats rows/s':>19}{'keys ms':>9}{'bad':>6}")
    for kind, (make, parse_many) in KINDS.items():
        unique = [make(number) for number in range(rows)]
        repeated = [unique[place % (rows // 20)] for place in range(rows)]
        parsed = parse_many(unique)
        assert len(parsed) == rows
        assert len(parsed.bad) < rows // 100, (kind, parsed)
        slow, quick = seconds(lambda: parse_many(unique)), seconds(lambda: parse_many(repeated))  # noqa: B023 - called at once
        keys = seconds(lambda: parsed.keys, best_of=1) * 1000  # noqa: B023 - called at once
        distinct = len(set(unique)) / rows
        print(
            f"{kind:<18}{rows / slow:>15,.0f}{rows / quick:>19,.0f}{keys:>9.0f}{len(parsed.bad):>6}  {distinct:.0%} distinct"
        )
    print(f"\n{'text of 100,000':<18}{'worst ms':>15}  on")
    for kind, parse in PARSERS.items():
        worst, shape = 0.0, ""
        for piece in HOSTILE:
            text = piece * (100_000 // len(piece))
            for length in (100_000, 1000, 200, 100):
                spent = seconds(lambda: outcome(parse, text[:length]), best_of=2)  # noqa: B023 - called at once
                if spent > worst:
                    worst, shape = (
                        spent,
                        f"{piece.encode('unicode_escape').decode()} x {min(length, len(text)) // len(piece)}",
                    )
        print(f"{kind:<18}{worst * 1000:>15.1f}  {shape}")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
