"""Recognising what a table's columns hold, from their headers and from their values."""

import re
import unicodedata
from collections.abc import Hashable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import attrs

from leadflow.errors import InputError
from leadflow.matching import comparisons as c
from leadflow.matching.comparison import Comparison
from leadflow.matching.matcher import Matcher
from leadflow.matching.words import as_text
from leadflow.records.tables import Table

__all__ = ["Recognised", "recognise", "recognised_matcher"]

_SYNONYMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "given_name": "givenname firstname first forename fname givennames 名 名前(名) first_name お名前(名) 名前名 vorname prénom nombre",
        "family_name": "surname lastname last familyname lname secondname 姓 名字 苗字 名前(姓) 名前姓 nachname familienname nom apellido apellidos",
        "full_name": "fullname personname contactname person contact 氏名 お名前 名前 担当者名 ご氏名 氏名漢字 customername",
        "given_kana": "名カナ メイ 名かな 名フリガナ 名ふりがな 氏名カナ名 firstnamekana 名ヨミ よみ名",
        "family_kana": "姓カナ セイ 姓かな 姓フリガナ 姓ふりがな 氏名カナ姓 lastnamekana 姓ヨミ よみ姓",
        "full_kana": "氏名カナ フリガナ ふりがな カナ 氏名かな 氏名フリガナ namekana fullnamekana お名前フリガナ 氏名ヨミ",
        "company": (
            "company companyname organisation organization org orgname organisationname organizationname employer "
            "account accountname business businessname firm 会社名 会社 企業名 貴社名 御社名 社名 法人名 勤務先 取引先名 団体名 組織名 "
            "提出者名 商号 商号又は名称 屋号 店名 店舗名 supplier suppliername vendor vendorname firma unternehmen société entreprise empresa"
        ),
        "company_kana": "会社名カナ 会社カナ 企業名カナ 法人名カナ 提出者名ヨミ 社名カナ 商号カナ companykana 会社名フリガナ 会社名ヨミ フリガナ法人",
        "company_en": "会社名英 会社名英名 提出者名英字 英文社名 英文商号 会社名英語 companyen 英語社名 英文名",
        "corporate_number": "corporatenumber 法人番号 会社法人等番号 提出者法人番号 国税庁法人番号",
        "email": "email mail emailaddress mailaddress eメール メール メールアドレス eメールアドレス 会社メールアドレス メールアドレス1",
        "phone": "phone phonenumber tel telephone telephonenumber 電話 電話番号 tel会社 代表電話 連絡先電話番号 tel1 workphone businessphone telefon téléphone teléfono",
        "phone_direct": "phonedirect tel直通 直通 直通電話 directphone",
        "mobile": "mobile mobilephone cell cellphone 携帯 携帯電話 携帯番号 携帯電話番号 mobilenumber",
        "postal_code": "postcode postalcode zip zipcode 郵便番号 〒 郵便 postal plz postleitzahl codepostal códigopostal",
        "prefecture": "prefecture 都道府県 県",
        "state": "state province region county",
        "city": "city town suburb locality 市区町村 市区郡 市町村 municipality ort stadt ville ciudad",
        "street": "street streetaddress street1 address1 addressline1 addr1 町名番地 番地 住所1 町域番地 丁目番地 mailingstreet straße strasse rue calle",
        "street_number": "streetnumber housenumber streetno",
        "building": "building 建物名 ビル名 住所2 建物 address2 addressline2 addr2",
        "address": "address addr fulladdress 住所 所在地 本店所在地 住所全て 本社所在地 location adresse dirección anschrift",
        "birth_date": "dateofbirth dob birthdate birthday 生年月日 誕生日 born geburtsdatum datedenaissance fechadenacimiento",
        "url": "url website web site homepage hp ホームページ webサイト domain webpage",
        "title": "name title productname product itemname 名称 品名 商品名 名前漢字 label restaurant venue hotel shop store",
        "department": "department dept division 部署 部署名 所属 部門 所属部署",
        "identity_number": "socsecid ssn nationalid socialsecurity socialsecuritynumber passport taxid vat",
        "record_id": "recordid recid rowid id uid uuid guid key index no number 行番号 連番 番号 pk uniqueid",
        "source": "source dataset sourcedataset list file origin データソース リスト 出典",
    }
)
_LOOKUP: Final = {
    re.sub(r"[\s_\-./・()\[\]※:]+", "", unicodedata.normalize("NFKC", word).casefold()): role
    for role, all_words in _SYNONYMS.items()
    for word in (*all_words.split(), role)
}
_LEAD_ROLES: Final = MappingProxyType({"last_name": "family_name", "first_name": "given_name"})
_NOISE: Final = re.compile(r"[\s_\-./・()\[\]※*:'\"（）【】「」]+")
_SAMPLE: Final = 400
_MOST_SOURCES: Final = 20
_MOST: Final = 0.8
_MOST_COMPARISONS: Final = 24
_PLAIN_KINDS: Final = frozenset({"exact", "text", "number", "phrase", "source"})

_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.IGNORECASE)
_URL: Final = re.compile(
    r"(?:https?://)?(?:www\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?:/\S*)?", re.IGNORECASE
)
_DATE: Final = re.compile(r"(?:19|20)[0-9]{2}[-/.年]?(?:0?[1-9]|1[0-2])[-/.月]?(?:[0-2]?[0-9]|3[01])日?")
_PHONE: Final = re.compile(r"\+?[0-9][0-9()/ .\-‐ー]{6,18}[0-9](?: ?(?:ext|x|内線).*)?", re.IGNORECASE)
_NUMBER: Final = re.compile(r"-?[0-9][0-9,]*(?:\.[0-9]+)?")
_CODE: Final = re.compile(r"(?=.*[0-9])[a-z0-9\-_/]{4,}", re.IGNORECASE)
_CORPORATE: Final = re.compile(r"[1-9][0-9]{12}")
_PATTERNS: Final = ((_EMAIL, "email"), (_DATE, "birth_date"), (_CORPORATE, "corporate_number"), (_URL, "url"))


@attrs.frozen(kw_only=True)
class Recognised:
    """What a column was taken for.

    Attributes:
        column: the column.
        role: a role such as ``family_name``, or a kind of comparison such as ``phrase``; ``ignored``.
        reason: from what it was concluded.
    """

    column: str
    role: str
    reason: str


def recognise(table: Table) -> tuple[Recognised, ...]:
    """Say for every column what it seems to hold.

    Example:
        >>> table = Table.of({"氏名": ["佐藤 太郎", "鈴木 花子"], "x": ["a@b.jp", "c@d.jp"]})
        >>> [(each.column, each.role, each.reason) for each in recognise(table)]
        [('氏名', 'full_name', 'header'), ('x', 'email', 'values')]
    """
    return tuple(_recognised(table, name) for name in table.names)


def _recognised(table: Table, name: str) -> Recognised:
    values = _sample(table, name)
    if not values:
        return Recognised(column=name, role="ignored", reason="empty")
    role = _role_of_header(name)
    column = table.column(name)
    distinct, filled = len(column.values), int(column.filled.sum())
    if role in {"record_id", "source"}:
        if role == "source" and 2 <= distinct <= _MOST_SOURCES:  # lists
            return Recognised(column=name, role="source", reason="header")
        if role == "source" or distinct == filled:
            return Recognised(column=name, role="ignored", reason="header")
        role = None
    if role is not None and _plausible(role, values):
        return Recognised(column=name, role=role, reason="header")
    return Recognised(column=name, role=_by_values(name, values, distinct, filled), reason="values")


def _role_of_header(name: str) -> str | None:
    """Look a header up, then its end: ``Billing City`` is a city, ``Site name`` is what a thing is called."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    role = _LOOKUP.get(_NOISE.sub("", plain))
    words = [word for word in _NOISE.split(plain) if word]
    ends = (_LOOKUP.get("".join(words[start:])) for start in range(1, len(words)))
    return role or next((end for end in ends if end not in {None, "record_id", "source"}), None)


def _sample(table: Table, name: str) -> list[str]:
    texts = [text for value in table.column(name).values if (text := _text(value)) is not None]
    return sorted(texts)[:: max(1, len(texts) // _SAMPLE)]


def _text(value: Hashable) -> str | None:
    text = as_text(value)
    return unicodedata.normalize("NFKC", text) if text else None


def _share(pattern: re.Pattern[str], values: Sequence[str]) -> float:
    return sum(pattern.fullmatch(value) is not None for value in values) / len(values)


def _plausible(role: str, values: Sequence[str]) -> bool:
    if role == "email":
        return sum("@" in value for value in values) >= 0.3 * len(values)  # typing errors happen
    if role in {"phone", "mobile", "phone_direct", "birth_date"}:
        return sum(any(char.isdigit() for char in value) for value in values) >= 0.5 * len(values)  # half
    if role in {"given_name", "family_name", "full_name", "company"}:
        return sum(any(char.isalpha() for char in value) for value in values) >= 0.5 * len(values)  # half
    return True


def _by_values(name: str, values: Sequence[str], distinct: int, filled: int) -> str:
    for pattern, role in _PATTERNS:
        if _share(pattern, values) >= _MOST:
            return role
    numeric = _share(_NUMBER, values) >= _MOST
    if not numeric and _share(_PHONE, values) >= _MOST:
        return "phone"
    if numeric:
        return _by_numbers(name, values, distinct, filled)
    if distinct <= min(max(12, 0.01 * filled), 0.3 * filled):  # a category repeats
        return "exact"
    if _share(_CODE, values) >= _MOST:
        return "identifier"
    several = sum(" " in value for value in values) / len(values)
    length = sum(map(len, values)) / len(values)
    return "phrase" if several >= 0.4 or length >= 12 else "text"  # a few words


def _by_numbers(name: str, values: Sequence[str], distinct: int, filled: int) -> str:
    if distinct == filled and filled > 1 and re.search(r"id$|no$|番号|key|index", name.casefold()):
        return "ignored"
    long = sum(map(len, values)) / len(values) >= 6  # as long as a member number
    if long and not any(mark in value for value in values for mark in ".,"):
        return "identifier"
    return "number" if distinct > min(max(50, 0.05 * filled), 0.3 * filled) else "exact"  # a category repeats


def recognised_matcher(table: Table) -> tuple[Matcher, tuple[Recognised, ...]]:
    """Make a matcher for what a table's columns seem to hold.

    Raises:
        InputError: no column can be compared.

    Example:
        >>> table = Table.of({"name": ["a b", "c d"], "dob": ["1980-01-01", "1981-02-03"]})
        >>> [comparison.kind for comparison in recognised_matcher(table)[0].comparisons]
        ['person_name', 'date']
    """
    found = recognise(table)
    columns: dict[str, list[str]] = {}
    for each in found:
        columns.setdefault(each.role, []).append(each.column)
    people = _has_people(columns)
    if (
        not people
        and columns.get("title")
        and any(columns.get(role) for role in ("birth_date", "email", "mobile"))
    ):
        # What has a date of birth or a mail address is a person.
        columns["full_name"], people = [columns["title"].pop(0)], True
    if not set(columns) - {"ignored", "source"}:
        columns = {}
    made = [
        # What people call a thing, unless it is people that are listed, comes first: the rest is judged in its light.
        *(c.phrase(column, identifies=True) for column in ([] if people else columns.pop("title", []))),
        *_organisations(columns),
        *_people(columns),
        *_places(columns),
        *_contact(columns),
        *_rest(columns),
    ]
    if not made:
        raise InputError(
            "No column can be compared: all are empty or ids. Name the comparisons yourself: Matcher(comparisons=[…])."
        )
    made, left = _most_telling(made, table)
    found = tuple(
        attrs.evolve(each, role="ignored", reason="others tell more") if each.column in left else each
        for each in found
    )
    kinds = {comparison.kind: comparison.name for comparison in reversed(made)}
    # Where people and companies are both given, a record is a person in the role of one company.
    separating = (kinds["company"],) if {"person_name", "company"} <= kinds.keys() else ()
    return Matcher(comparisons=made, separating=separating), found


def _most_telling(made: list[Comparison], table: Table) -> tuple[list[Comparison], frozenset[str]]:
    """Keep what is known by its meaning, then the columns of most distinct values; say which were left out."""
    if len(made) <= _MOST_COMPARISONS:
        return made, frozenset()
    telling = sorted(
        range(len(made)),
        key=lambda k: (
            made[k].kind in _PLAIN_KINDS,
            -len(table.column(next(filter(None, made[k].columns))).values),
            k,
        ),
    )
    kept = sorted(telling[:_MOST_COMPARISONS])
    used = {column for k in kept for column in made[k].columns}
    left = {column for comparison in made for column in comparison.columns if column}
    return [made[k] for k in kept], frozenset(left - used)


def _take(columns: dict[str, list[str]], role: str) -> str:
    held = columns.get(role)
    return held.pop(0) if held else ""


def _people(columns: dict[str, list[str]]) -> list[Comparison]:
    roles = ("given_name", "family_name", "full_name", "given_kana", "family_kana", "full_kana")
    given, family, full, given_kana, family_kana, full_kana = (_take(columns, role) for role in roles)
    if not any((given, family, full, full_kana)):
        return []
    return [
        c.person_name(
            given,
            family,
            full=full,
            given_kana=given_kana,
            family_kana=family_kana,
            full_kana=full_kana,
            name=full or f"{given} {family}".strip() or full_kana,
        )
    ]


def _organisations(columns: dict[str, list[str]]) -> list[Comparison]:
    name, kana, number = (_take(columns, role) for role in ("company", "company_kana", "corporate_number"))
    out = []
    site = next(iter((*columns.get("email", ()), *columns.get("url", ()))), "")
    if name:
        out.append(
            c.company(name, kana=kana, corporate_number=number, site=site if _has_people(columns) else "")
        )
    elif number:
        out.append(c.corporate_number(number))
    out.extend(c.company(column) for column in (*columns.get("company", ()), *columns.pop("company_en", ())))
    columns.pop("company", None)
    return out


def _has_people(columns: dict[str, list[str]]) -> bool:
    return any(columns.get(role) for role in ("full_name", "family_name", "given_name", "full_kana"))


def _contact(columns: dict[str, list[str]]) -> list[Comparison]:
    out = [c.email(column) for column in columns.get("email", ())]
    phones = [column for role in ("phone", "phone_direct") for column in columns.get(role, ())]
    mobiles = columns.get("mobile", [])
    if mobiles:
        out.append(c.phone(*mobiles, *phones, numbers="mobile"))
        phones = [*phones, *mobiles]
    if phones:
        out.append(
            c.phone(
                *phones, numbers="fixed" if mobiles else "all", name=f"{phones[0]} (fixed)" if mobiles else ""
            )
        )
    out.extend(c.url(column) for column in columns.get("url", ()))
    return out


def _places(columns: dict[str, list[str]]) -> list[Comparison]:
    out = [c.postal_code(column) for column in columns.get("postal_code", ())]
    out.extend(c.address(column) for column in columns.get("address", ()))
    streets = [*columns.get("street", ()), *columns.get("building", ())]
    out.extend(c.phrase(column, about="place") for column in streets)
    out.extend(c.text(column, about="place") for column in columns.get("city", ()))
    out.extend(
        c.exact(column, about="place")
        for role in ("street_number", "state", "prefecture")
        for column in columns.get(role, ())
    )
    return out


def _rest(columns: dict[str, list[str]]) -> list[Comparison]:
    out = [c.date(column) for column in columns.get("birth_date", ())]
    out.extend(
        c.identifier(column) for role in ("identity_number", "identifier") for column in columns.get(role, ())
    )
    out.extend(
        c.phrase(column) for role in ("title", "phrase", "department") for column in columns.get(role, ())
    )
    out.extend(c.text(column) for column in columns.get("text", ()))
    out.extend(c.number(column) for column in columns.get("number", ()))
    out.extend(c.exact(column) for column in columns.get("exact", ()))
    out.extend(c.source(column) for column in columns.get("source", ()))
    for role in ("given_name", "family_name", "full_name", "full_kana", "company_kana", "corporate_number"):
        out.extend(c.text(column) for column in columns.get(role, ()))
    return out
