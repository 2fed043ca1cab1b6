"""Fields that follow from others: whole names and their parts, address parts, what else stood in a cell."""

from collections.abc import Callable, Hashable, Mapping
from functools import partial
from typing import Final, TypeVar

from leadflow.columns import Cell, Column
from leadflow.errors import InvalidValueError
from leadflow.values import PersonName, PhoneNumber, PostalAddress

__all__ = ["TOGETHER", "derive_fields", "fill"]

Cells = TypeVar("Cells", Column, Cell)
"""The cells of many leads, or the one of a single lead; what follows from them is the same."""

_ADDRESS_PARTS = ("prefecture", "city", "street", "building")


TOGETHER: Final = (
    ("full_name", "last_name", "first_name", "full_name_kana", "last_name_kana", "first_name_kana"),
    ("phone", "phone_direct", "mobile", "fax"),
    ("address", *_ADDRESS_PARTS, "postal_code"),
    ("company", "department"),
)
"""Fields of which some follow from others, in the order in which ``derive_fields`` adds those; no other field takes part."""


def derive_fields(columns: Mapping[str, Cells], parsed: Mapping[str, Cells]) -> dict[str, Cells]:
    """Return the columns with everything that follows from them filled in.

    A cell that is there is never replaced. ``full_name`` follows from its parts and the parts from it, when it
    is separated or the reading tells where it divides; readings likewise; ``address`` follows from its parts and
    the parts from it; a second number of a phone cell goes to the field of its kind; a mobile number in the
    ``phone`` column is also the ``mobile`` one; a department typed into the company cell becomes the department.

    Args:
        columns: field to (n,) canonical values, or to the one of each field that a single lead has.
        parsed: field to (n,) value objects, for names, phones, addresses and companies; of a single lead to one.

    Returns:
        All columns, derived ones included.

    Example:
        >>> done = derive_fields({"last_name": Column.of(["佐藤"]), "first_name": Column.of(["太郎"])}, {})
        >>> done["full_name"].to_list()
        ['佐藤 太郎']
    """
    done = dict(columns)
    _derive_names(done, parsed)
    _derive_readings(done)
    _derive_phones(done, parsed)
    _derive_address(done, parsed)
    _derive_department(done, parsed)
    return {name: column for name, column in done.items() if name in columns or len(column.values)}


def fill(first: Cells | None, second: Cells) -> Cells:
    """Return a column whose missing cells are filled from another; cleared cells stay cleared.

    Example:
        >>> fill(Column.of(["a", None]), Column.of(["x", "y"])).to_list()
        ['a', 'y']
    """
    return second if first is None else first.filled_from(second)


def _derive_names(done: dict[str, Cells], parsed: Mapping[str, Cells]) -> None:
    if "full_name" in done and "full_name_kana" in done:
        unsplit = parsed.get("full_name")
        if unsplit is not None:
            whole = unsplit.combined(_with_reading, done["full_name_kana"])
            done["full_name"] = _text_of(whole, str)
            done["last_name"] = fill(done.get("last_name"), _text_of(whole, _family))
            done["first_name"] = fill(done.get("first_name"), _text_of(whole, _given))
    elif "full_name" in parsed:
        done["last_name"] = fill(done.get("last_name"), _text_of(parsed["full_name"], _family))
        done["first_name"] = fill(done.get("first_name"), _text_of(parsed["full_name"], _given))
    if "full_name" in parsed:
        reading = _text_of(
            parsed["full_name"], lambda name: name.reading if isinstance(name, PersonName) else None
        )
        if len(reading.values):
            done["full_name_kana"] = fill(done.get("full_name_kana"), reading)
    if "last_name" in done and "first_name" in done:
        done["full_name"] = fill(
            done.get("full_name"), done["last_name"].combined(_whole_name, done["first_name"])
        )
    elif "last_name" in done:
        done["full_name"] = fill(done.get("full_name"), done["last_name"])


def _with_reading(name: Hashable, reading: Hashable) -> Hashable:
    if not isinstance(name, PersonName) or not isinstance(reading, str) or name.given:
        return name
    try:
        return name.with_reading(reading)
    except InvalidValueError:
        return name


def _family(name: Hashable) -> str | None:
    return name.family if isinstance(name, PersonName) and name.given else None


def _given(name: Hashable) -> str | None:
    return name.given if isinstance(name, PersonName) and name.given else None


def _text_of(column: Cells, text: Callable[[Hashable], str | None]) -> Cells:
    return column.map(lambda value: text(value) or None)


def _nothing(_: Hashable) -> None:
    return None


def _shown(cell: Hashable) -> str:
    return "" if cell is None else str(cell)


def _whole_name(last: Hashable, first: Hashable) -> str | None:
    family, given = _shown(last), _shown(first)
    if not family and not given:
        return None
    if family.isascii() and given.isascii():
        return f"{given} {family}".strip()
    if given and given in family:
        return family
    return f"{family} {given}".strip()


def _derive_readings(done: dict[str, Cells]) -> None:
    if "last_name_kana" in done and "first_name_kana" in done:
        whole = done["last_name_kana"].combined(_joined, done["first_name_kana"])
        done["full_name_kana"] = fill(done.get("full_name_kana"), whole)
    elif "last_name_kana" in done and "full_name_kana" not in done:
        done["full_name_kana"] = done["last_name_kana"]
    if "full_name_kana" in done:
        whole = done["full_name_kana"]
        done["last_name_kana"] = fill(done.get("last_name_kana"), whole.map(lambda text: _half(text, 0)))
        done["first_name_kana"] = fill(done.get("first_name_kana"), whole.map(lambda text: _half(text, 1)))


def _joined(last: Hashable, first: Hashable) -> str | None:
    return f"{_shown(last)} {_shown(first)}".strip() or None


def _half(text: Hashable, place: int) -> str | None:
    words = str(text).split(" ")
    return words[place] if len(words) == 2 else None


def _derive_phones(done: dict[str, Cells], parsed: Mapping[str, Cells]) -> None:
    for field in ("phone", "phone_direct", "mobile", "fax"):
        numbers = parsed.get(field)
        if numbers is None or field == "fax":
            continue
        for kind, target in (
            ("mobile", "mobile"),
            ("fixed", "phone" if field != "phone" else "phone_direct"),
        ):
            other = numbers.map(partial(_other, kind=kind))
            if len(other.values):
                done[target] = fill(done.get(target), other)
    if "phone" in parsed:
        mobile = parsed["phone"].map(
            lambda number: (
                str(number) if isinstance(number, PhoneNumber) and number.kind == "mobile" else None
            )
        )
        if len(mobile.values):
            done["mobile"] = fill(done.get("mobile"), mobile)
    if "phone" not in done and "phone_direct" in done:
        done["phone"] = done["phone_direct"]


def _other(number: Hashable, kind: str) -> str | None:
    if not isinstance(number, PhoneNumber):
        return None
    for other in number.others:
        mobile = other.startswith(("+8170", "+8180", "+8190"))
        if mobile == (kind == "mobile"):
            return other
    return None


def _derive_address(done: dict[str, Cells], parsed: Mapping[str, Cells]) -> None:
    addresses = parsed.get("address")
    if addresses is not None:
        for part in (*_ADDRESS_PARTS, "postal_code"):
            found = addresses.map(partial(_part, part=part))
            if len(found.values):
                done[part] = fill(done.get(part), found)
    if "prefecture" in done:
        done["prefecture"] = done["prefecture"].map(_prefecture)
    if "address" in done:
        _complete_address(done)
        return
    if not {"city", "street"} & set(done):
        return
    nothing = next(iter(done.values())).map(_nothing)
    prefecture, city, street, building = (done.get(part, nothing) for part in _ADDRESS_PARTS)
    whole = prefecture.combined(_address, city, street, building)
    if not len(whole.values):
        return
    done["address"] = _text_of(whole, str)
    for part in _ADDRESS_PARTS:
        found = whole.map(partial(_part, part=part))
        if len(found.values):
            # The street is brought into the form 1-2-3 and loses a building typed behind it.
            done[part] = (
                fill(found, done[part]) if part == "street" and part in done else fill(done.get(part), found)
            )


def _complete_address(done: dict[str, Cells]) -> None:
    """Give addresses that begin with the city the prefecture that stands in its own column."""
    if "prefecture" not in done or "address" not in done:
        return
    done["address"] = done["prefecture"].combined(_with_prefecture, done["address"])


def _with_prefecture(prefecture: Hashable, address: Hashable) -> Hashable:
    if not isinstance(address, str) or not isinstance(prefecture, str) or address.startswith(prefecture):
        return address
    try:
        whole = PostalAddress.parse(prefecture + address)
        own = PostalAddress.parse(address)
    except InvalidValueError:
        return address
    return address if own.prefecture else str(whole)


def _part(address: Hashable, part: str) -> str | None:
    if not isinstance(address, PostalAddress) or (address.raw.isascii() and not address.prefecture):
        return None
    value = getattr(address, part, "")
    return str(value) if value else None


def _address(
    prefecture: Hashable, city: Hashable, street: Hashable, building: Hashable
) -> PostalAddress | str | None:
    """Return the address that its parts make; one in Latin letters alone is no Japanese one and stays text."""
    if city is None and street is None:
        return None
    text = f"{_shown(prefecture)}{_shown(city)}{_shown(street)} {_shown(building)}".strip()
    if text.isascii():
        return ", ".join(_shown(part) for part in (building, street, city, prefecture) if part is not None)
    try:
        return PostalAddress.parse(text)
    except InvalidValueError:
        return None


def _prefecture(text: Hashable) -> Hashable:
    shown = str(text)
    if shown.endswith(("都", "道", "府", "県")) or not shown:
        return shown
    return _PREFECTURES.get(shown, shown)


_PREFECTURES = {
    **{
        name: f"{name}県"
        for name in [
            "青森",
            "岩手",
            "宮城",
            "秋田",
            "山形",
            "福島",
            "茨城",
            "栃木",
            "群馬",
            "埼玉",
            "千葉",
            "神奈川",
            "新潟",
            "富山",
            "石川",
            "福井",
            "山梨",
            "長野",
            "岐阜",
            "静岡",
            "愛知",
            "三重",
            "滋賀",
            "兵庫",
            "奈良",
            "和歌山",
            "鳥取",
            "島根",
            "岡山",
            "広島",
            "山口",
            "徳島",
            "香川",
            "愛媛",
            "高知",
            "福岡",
            "佐賀",
            "長崎",
            "熊本",
            "大分",
            "宮崎",
            "鹿児島",
            "沖縄",
        ]
    },
    "東京": "東京都",
    "大阪": "大阪府",
    "京都": "京都府",
}


def _derive_department(done: dict[str, Cells], parsed: Mapping[str, Cells]) -> None:
    companies = parsed.get("company")
    if companies is None:
        return
    found = companies.map(lambda company: getattr(company, "department", "") or None)
    if len(found.values):
        done["department"] = fill(done.get("department"), found)
