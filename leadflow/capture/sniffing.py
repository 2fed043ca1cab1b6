"""What a column holds, judged by its values: for headers that say too little or too much."""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import attrs
import numpy as np

from leadflow.columns import Column
from leadflow.records.fields import FIELDS, FieldKind
from leadflow.values import is_filler, tidy

__all__ = ["Evidence", "fits", "fitting_share", "judge", "sniff_unknown"]

_LOOKED_AT: Final = 300
_LONGEST: Final = 200
_ENOUGH: Final = 4
_EMAIL: Final = re.compile(r"[^\s@＠]+[@＠][^\s@＠]+[.,．][a-zａ-ｚ]{2,}", re.IGNORECASE)
_PHONE: Final = re.compile(r"\+?\(?[0-9]{2,5}[)\-( .ー‐−]{0,2}[0-9]{1,4}[\-) .ー‐−]{0,2}[0-9]{3,4}(?!\d)")
_MOBILE: Final = re.compile(r"(?:\+?81[ -]?|0)?[789]0[ -]?[0-9]{4}[ -]?[0-9]{4}")
_POSTAL: Final = re.compile(r"〒?\s*[0-9]{3}-?[0-9]{4}(?:\.0)?|[0-9]{5,6}(?:\.0)?")
_URL: Final = re.compile(r"(?:https?://)?[\w-]+(?:\.[\w-]+)+(?:/\S*)?", re.IGNORECASE)
_DATE: Final = re.compile(
    r"(?:[0-9]{4}[-/.年][0-9]{1,2}|[0-9]{8}$|[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}|(?:令和|平成|昭和|[RHS])\s?[0-9元]"
    r"|[0-9]{5}(?:\.[0-9]+)?$|[A-Z][a-z]{2,8} [0-9]{1,2})"
)
_NUMBER: Final = re.compile(r"[¥￥$]?[-+]?[0-9][0-9,.]*\s*(?:[万億千百兆]?円?|人|名|%|以上|未満)?")
_CORPORATE: Final = re.compile(r"T?[0-9]{13}|[0-9]\.[0-9]+E\+12", re.IGNORECASE)
_KANA: Final = re.compile(r"[ぁ-ゖァ-ヺー・\s　ｦ-ﾟ]+")
_PREFECTURE: Final = re.compile(r"東京都|北海道|(?:京都|大阪)府|[^\s]{2,3}県")
_COMPANY: Final = re.compile(
    r"株式|有限|合同|会社|法人|㈱|㈲|\(株\)|（株）|inc\b|ltd\b|corp|co\.|大学|病院|銀行", re.IGNORECASE
)
_PERSON: Final = re.compile(
    r"[一-鿿々〆ヶぁ-んァ-ヺー]{1,5}[\s　]?[一-鿿々〆ヶぁ-んァ-ヺー]{0,5}|[A-Z][a-z'-]+(?: [A-Z][a-z.'-]+)+"
)
_DEPARTMENT: Final = re.compile(r"[部課室局]|本部|グループ|センター|支[店社]|チーム|事業")
_RANK: Final = re.compile(r"[SA-E][+-]?|[SA-E]ランク|高|中|低|hot|warm|cold|[◎○△×★☆]+", re.IGNORECASE)

_TESTS: Final[Mapping[FieldKind, Callable[[str], object]]] = MappingProxyType(
    {
        FieldKind.EMAIL: _EMAIL.search,
        FieldKind.PHONE: _PHONE.search,
        FieldKind.POSTAL_CODE: _POSTAL.match,
        FieldKind.URL: _URL.fullmatch,
        FieldKind.DATE: _DATE.match,
        FieldKind.TIME: _DATE.match,
        FieldKind.INTEGER: _NUMBER.match,
        FieldKind.MONEY: _NUMBER.match,
        FieldKind.CORPORATE_NUMBER: _CORPORATE.fullmatch,
        FieldKind.KANA: _KANA.fullmatch,
    }
)


@attrs.frozen(kw_only=True)
class Evidence:
    """What the values of an ambiguous column speak for.

    Attributes:
        field: the field, or None when the values speak for no known one.
        confidence: from 0 to 1.
        why: the observation that decided, without any value.
    """

    field: str | None
    confidence: float
    why: str


def fits(kind: FieldKind, text: str) -> bool:
    """Tell whether a text looks like a value of a kind; kinds of free text take everything.

    Example:
        >>> fits(FieldKind.EMAIL, "a@example.jp"), fits(FieldKind.EMAIL, "03-1234-5678")
        (True, False)
    """
    test = _TESTS.get(kind)
    return test is None or bool(test(tidy(text[:_LONGEST])))


def fitting_share(column: Column, kind: FieldKind) -> float:
    """Return the share of distinct texts that look like a kind, from 0 to 1; 1 when there are none.

    Example:
        >>> fitting_share(Column.of(["a@example.jp", "なし", "佐藤"]), FieldKind.EMAIL)
        0.5
    """
    if kind not in _TESTS:
        return 1.0
    texts = _texts(column)
    return sum(fits(kind, text) for text in texts) / len(texts) if texts else 1.0


def judge(key: str, column: Column, mapped: Sequence[str]) -> Evidence | None:
    """Decide an ambiguous header by its values.

    Args:
        key: the header's key (``header_key``).
        column: the texts of the column.
        mapped: the fields that other, clear headers already have.

    Returns:
        The evidence, or None when the header is not one of the ambiguous ones.

    Example:
        >>> judge("名", Column.of(["太郎", "花子"]), ["last_name"]).field
        'first_name'
        >>> judge("名", Column.of(["佐藤 太郎", "鈴木 花子"]), []).field
        'full_name'
    """
    decide = _AMBIGUOUS.get(key)
    return None if decide is None else decide(column, set(mapped))


def sniff_unknown(column: Column, mapped: Sequence[str]) -> Evidence | None:
    """Recognise a column whose header says nothing by values of a form that nothing else has.

    Args:
        column: the texts of the column.
        mapped: the fields that are taken.

    Returns:
        The evidence, or None: the column stays a custom one.

    Example:
        >>> sniff_unknown(Column.of(["a@example.jp", "b@example.jp"]), []).field
        'email'
    """
    texts = _texts(column)
    if not texts:
        return None
    for field, test in (("email", _EMAIL.fullmatch), ("phone", _strict_phone), ("full_name", _spaced_person)):
        share = sum(bool(test(tidy(text))) for text in texts) / len(texts)
        taken = field in mapped or (field == "full_name" and {"last_name", "first_name"} & set(mapped))
        if share >= 0.9 and not taken and len(texts) > 1:
            return Evidence(
                field=field, confidence=0.6, why=f"{share:.0%} of the values look like {_noun(field)}"
            )
    return None


def _noun(field: str) -> str:
    return {"email": "e-mail addresses", "phone": "phone numbers"}.get(
        field, FIELDS[field].label_en.lower() + "s"
    )


def _texts(column: Column) -> list[str]:
    return [text for value in column.values[:_LOOKED_AT] if not is_filler(text := str(value)[:_LONGEST])]


def _share(texts: Sequence[str], test: Callable[[str], object]) -> float:
    return sum(bool(test(tidy(text))) for text in texts) / len(texts) if texts else 0.0


def _strict_phone(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    return text[:1] in "0+(" and 10 <= len(digits) <= 13 and re.fullmatch(r"[\d+()\- .]+", text) is not None


def _spaced_person(text: str) -> bool:
    return re.fullmatch(r"[一-鿿々ヶ]{1,4}[ 　][一-鿿々ぁ-んァ-ヺー]{1,4}", text) is not None


def _repetition(column: Column) -> float:
    """Return filled rows per distinct value."""
    filled = int(np.count_nonzero(column.filled))
    return filled / max(1, len(column.values))


def _person_in_charge(column: Column, mapped: set[str]) -> Evidence:
    texts = _texts(column)
    named = bool({"full_name", "last_name"} & mapped)
    repetition = _repetition(column)
    persons = _share(texts, _PERSON.fullmatch)
    if named:
        return Evidence(
            field="owner", confidence=0.8, why="another column names the lead, so this one names our owner"
        )
    if texts and persons < 0.5:
        return Evidence(field=None, confidence=0.5, why=f"only {persons:.0%} of the values look like persons")
    if repetition > 3:
        why = f"each value stands in {repetition:.0f} rows on average: our own people"
        return Evidence(field="owner", confidence=0.7, why=why)
    why = f"{len(column.values)} different persons and no other column of names: their contact"
    return Evidence(field="full_name", confidence=0.75, why=why)


def _name(column: Column, mapped: set[str]) -> Evidence:
    texts = _texts(column)
    if "last_name" in mapped and "first_name" not in mapped and "full_name" not in mapped:
        return Evidence(field="first_name", confidence=0.9, why="stands beside a column of family names")
    companies = _share(texts, _COMPANY.search)
    if companies > 0.4 and "company" not in mapped:
        return Evidence(
            field="company", confidence=0.7, why=f"{companies:.0%} of the values have a legal form"
        )
    if "full_name" in mapped:
        return Evidence(field=None, confidence=0.5, why="another column already names the lead")
    separated = _share(texts, re.compile(r"\S+\s+\S+").fullmatch)
    long = sum(len(tidy(text)) >= 4 for text in texts) / max(1, len(texts))
    why = f"{max(separated, long):.0%} of the values are family and given name"
    return Evidence(field="full_name", confidence=0.6 + 0.3 * max(separated, long), why=why)


def _contact(column: Column, mapped: set[str]) -> Evidence:
    texts = _texts(column)
    mails, phones = _share(texts, _EMAIL.search), _share(texts, _PHONE.search)
    if mails > phones and mails > 0.3:
        return Evidence(
            field="email", confidence=0.5 + mails / 2.5, why=f"{mails:.0%} of the values are e-mail addresses"
        )
    if phones > 0.3:
        return _telephone(column, mapped)
    return Evidence(
        field=None, confidence=0.5, why="the values are neither e-mail addresses nor phone numbers"
    )


def _telephone(column: Column, mapped: set[str]) -> Evidence:
    texts = _texts(column)
    phones = _share(texts, _PHONE.search)
    mobiles = _share(texts, lambda text: _MOBILE.match(re.sub(r"[()]", "", text)))
    if len(texts) >= _ENOUGH and phones < 0.3:
        return Evidence(
            field=None, confidence=0.5, why=f"only {phones:.0%} of the values look like phone numbers"
        )
    if mobiles > 0.8 and "mobile" not in mapped:
        return Evidence(field="mobile", confidence=0.8, why=f"{mobiles:.0%} of the values are mobile numbers")
    return Evidence(
        field="phone",
        confidence=0.95,
        why=f"{phones:.0%} of the values are phone numbers, {mobiles:.0%} mobile ones",
    )


def _rank(column: Column, _: set[str]) -> Evidence:
    texts = _texts(column)
    numbers = _share(texts, re.compile(r"[0-9]{1,4}(?:\.[0-9]+)?点?").fullmatch)
    if numbers > 0.8 and len(texts) > 6:
        return Evidence(field="score", confidence=0.7, why=f"{numbers:.0%} of the values are numbers")
    ranks = _share(texts, _RANK.fullmatch)
    if ranks > 0.5 or len(texts) <= 8:
        return Evidence(field="rating", confidence=0.6 + 0.3 * ranks, why=f"{len(texts)} different grades")
    return Evidence(field=None, confidence=0.5, why="the values are neither grades nor numbers")


def _section(column: Column, mapped: set[str]) -> Evidence:
    departments = _share(_texts(column), _DEPARTMENT.search)
    if "department" in mapped:
        return Evidence(field=None, confidence=0.5, why="another column already holds the department")
    why = f"{departments:.0%} of the values are names of departments"
    return Evidence(field="department", confidence=0.5 + 0.4 * departments, why=why)


def _day(column: Column, mapped: set[str]) -> Evidence:
    dates = _share(_texts(column), _DATE.match)
    if dates < 0.5 or "created_at" in mapped:
        return Evidence(
            field=None, confidence=0.5, why=f"{dates:.0%} of the values are dates, of what is not said"
        )
    return Evidence(
        field="created_at",
        confidence=0.6,
        why=f"{dates:.0%} of the values are dates, and no other column dates the row",
    )


def _address(column: Column, mapped: set[str]) -> Evidence:
    texts = _texts(column)
    full = _share(texts, re.compile(rf"(?:〒?\s?[0-9]{{3}}-?[0-9]{{4}}\s*)?(?:{_PREFECTURE.pattern})").match)
    if {"prefecture", "city"} <= mapped and full < 0.5 and "street" not in mapped:
        return Evidence(field="street", confidence=0.8, why="prefecture and city have columns of their own")
    if "city" not in mapped and "prefecture" in mapped and full < 0.5:
        return Evidence(
            field="address", confidence=0.8, why="the prefecture has a column of its own, the city has none"
        )
    why = f"{full:.0%} of the values begin with a prefecture"
    return Evidence(field="address", confidence=0.95, why=why)


def _second_address_line(column: Column, mapped: set[str]) -> Evidence:
    blocks = _share(_texts(column), re.compile(r"\d+(?:丁目|番|-\d)|[一-鿿]+\d").search)
    if blocks > 0.6 and "street" not in mapped and "address" not in mapped:
        return Evidence(field="street", confidence=0.6, why=f"{blocks:.0%} of the values hold block numbers")
    return Evidence(field="building", confidence=0.7, why="the second line of an address: the building")


_AMBIGUOUS: Final[Mapping[str, Callable[[Column, set[str]], Evidence]]] = MappingProxyType(
    {
        "担当者": _person_in_charge,
        "担当": _person_in_charge,
        "担当者名": _person_in_charge,
        "ご担当者": _person_in_charge,
        "担当者氏名": _person_in_charge,
        "名": _name,
        "名前": _name,
        "名称": _name,
        "name": _name,
        "連絡先": _contact,
        "ご連絡先": _contact,
        "contact": _contact,
        "tel": _telephone,
        "電話": _telephone,
        "電話番号": _telephone,
        "phone": _telephone,
        "ランク": _rank,
        "rank": _rank,
        "grade": _rank,
        "部門": _section,
        "日付": _day,
        "date": _day,
        "日時": _day,
        "住所": _address,
        "ご住所": _address,
        "address": _address,
        "住所1": _address,
        "address1": _address,
        "住所2": _second_address_line,
    }
)
"""Headers whose meaning depends on who wrote the list."""
