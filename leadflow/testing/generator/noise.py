"""What happens to values on the way into a list: forms, widths, omissions and mistakes."""

from collections.abc import Sequence

import attrs

from leadflow.testing.generator.dice import Dice
from leadflow.testing.generator.kana import full_width, half_width_kana, hiragana
from leadflow.testing.generator.names import CONFUSED, VARIANTS, FullName
from leadflow.testing.generator.places import Site

__all__ = [
    "FILLERS",
    "Noise",
    "messy_address",
    "messy_company",
    "messy_email",
    "messy_name",
    "messy_phone",
    "messy_postal_code",
    "messy_reading",
    "missing",
]

FILLERS: tuple[str, ...] = ("-", "なし", "未入力", "N/A", "不明", "－", "*", "ー")
"""What people enter when they do not want to say."""

_FORM_SPELLINGS = {
    "株式会社": ("(株)", "㈱", "（株）", "(株)", "㈱"),
    "有限会社": ("(有)", "㈲", "（有）"),
    "合同会社": ("(同)", "（同）"),
    "一般社団法人": ("(一社)", "（一社）"),
    "協同組合": ("（協）",),
}
_DASHES = ("‐", "－", "ー", "―", "−")
_KANJI_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")


@attrs.frozen(kw_only=True)
class Noise:
    """How often each kind of damage occurs, as probabilities from 0 to 1.

    Attributes:
        form_short: the legal form is abbreviated.
        form_missing: the legal form is left out.
        form_moved: the legal form stands at the wrong end.
        branch: the branch is written behind the company.
        english_company: the company is written in English.
        wide: letters and digits are written in full width.
        half_kana: katakana is written in half width.
        no_space: family and given name are written together.
        wide_space: they are separated by a full-width space.
        swapped: given name first.
        romaji: the name is written in Latin letters.
        variant: characters of the name are written in another form.
        name_typo: a character of the name is confused with another.
        reading_missing: the reading is left out.
        company_typo: a character of the company's name is lost or doubled.
        email_missing: no address.
        email_typo: two characters of the address are swapped, or one is lost or doubled.
        second_email: a person who has two addresses gives the other one.
        email_case: the address is written in capitals.
        email_wide: the address is written in full width.
        phone_missing: no fixed line.
        phone_typo: a digit is wrong.
        mobile_missing: no mobile.
        address_missing: no postal address.
        old_title: the title before the last promotion.
        excel_damage: a number has gone through Excel and lost its leading zero.
        field_missing: any other field is empty.
        filler: an empty field holds a filler such as "未入力".
    """

    form_short: float = 0.5
    form_missing: float = 0.05
    form_moved: float = 0.015
    branch: float = 0.4
    english_company: float = 0.02
    wide: float = 0.06
    half_kana: float = 0.06
    no_space: float = 0.15
    wide_space: float = 0.3
    swapped: float = 0.01
    romaji: float = 0.025
    variant: float = 0.08
    name_typo: float = 0.02
    reading_missing: float = 0.25
    company_typo: float = 0.02
    email_missing: float = 0.12
    email_typo: float = 0.02
    second_email: float = 0.3
    email_case: float = 0.03
    email_wide: float = 0.01
    phone_missing: float = 0.15
    phone_typo: float = 0.01
    mobile_missing: float = 0.4
    address_missing: float = 0.2
    old_title: float = 0.06
    excel_damage: float = 0.03
    field_missing: float = 0.08
    filler: float = 0.2

    @classmethod
    def none(cls) -> "Noise":
        """Return no damage at all.

        Example:
            >>> Noise.none().email_missing
            0.0
        """
        return cls().scaled(0.0)

    def scaled(self, factor: float) -> "Noise":
        """Return every probability multiplied by a factor, at most 1.

        Example:
            >>> Noise().scaled(2).email_missing
            0.24
        """
        return attrs.evolve(
            self, **{a.name: min(1.0, getattr(self, a.name) * factor) for a in attrs.fields(type(self))}
        )


def missing(dice: Dice, noise: Noise) -> str:
    """Return what an empty field looks like: nothing, or a filler.

    Example:
        >>> missing(Dice.of(0, "doc"), Noise.none())
        ''
    """
    return dice.pick(FILLERS) if dice.chance(noise.filler) else ""


def messy_company(
    dice: Dice, noise: Noise, *, core: str, form: str, position: str, english: str, branch: str
) -> str:
    """Write a company's name as somebody might.

    Args:
        dice: the choices.
        noise: how often what happens.
        core: the name without legal form.
        form: the legal form in full.
        position: "before" or "after".
        english: the English name, written now and then instead.
        branch: written behind the name now and then; empty for the head office.

    Example:
        >>> messy_company(Dice.of(0, "doc"), Noise.none(), core="蒼嶺電機", form="株式会社",
        ...     position="before", english="Sorei Electric Co., Ltd.", branch="")
        '株式会社蒼嶺電機'
    """
    if dice.chance(noise.english_company):
        return english.upper() if dice.chance(0.2) else english
    if dice.chance(noise.company_typo):
        core = mistyped(dice, core)
    if dice.chance(noise.half_kana):
        core = half_width_kana(core)
    elif dice.chance(noise.wide):
        core = full_width(core)
    if dice.chance(noise.form_missing):
        text = core
    else:
        short = dice.chance(noise.form_short)
        spelling = dice.pick(_FORM_SPELLINGS[form]) if short else form
        gap = dice.pick((" ", "\u3000")) if dice.chance(noise.form_short * 0.3) else ""
        before = (position == "before") != dice.chance(noise.form_moved)
        text = f"{spelling}{gap}{core}" if before else f"{core}{gap}{spelling}"
    if branch and dice.chance(noise.branch):
        text += dice.pick((" ", "\u3000", "")) + branch
    return text


def messy_name(dice: Dice, noise: Noise, name: FullName) -> tuple[str, str, str]:
    """Write a person's name as somebody might.

    Returns:
        The whole name as one cell, and its family and given part as two cells.

    Example:
        >>> from leadflow.testing.generator.names import draw_name
        >>> whole, family, given = messy_name(Dice.of(0, "doc"), Noise.none(), draw_name(Dice.of(3, "doc")))
        >>> whole == f"{family} {given}"
        True
    """
    if name.foreign:
        return _messy_foreign(dice, name)
    if dice.chance(noise.romaji):
        family, given = name.family_latin, name.given_latin
        whole = dice.pick((f"{given} {family}", f"{given} {family.upper()}", f"{family} {given}"))
        return whole, family, given
    family, given = name.family, name.given
    if dice.chance(noise.variant):
        family = _varied(dice, family)
    if dice.chance(noise.name_typo):
        if dice.chance(0.5):
            family = _confused(dice, family)
        else:
            given = _confused(dice, given)
    gap = "" if dice.chance(noise.no_space) else "\u3000" if dice.chance(noise.wide_space) else " "
    if dice.chance(noise.swapped):
        return f"{given}{gap}{family}", given, family
    return f"{family}{gap}{given}", family, given


def messy_reading(dice: Dice, noise: Noise, name: FullName, *, style: str) -> tuple[str, str]:
    """Write the reading of a name, or leave it out.

    Args:
        dice: the choices.
        noise: how often what happens.
        name: whose.
        style: "full", "half" (half-width katakana) or "hiragana".

    Returns:
        Family and given part, both empty when it is left out.

    Example:
        >>> from leadflow.testing.generator.names import draw_name
        >>> messy_reading(Dice.of(0, "doc"), Noise.none(), draw_name(Dice.of(3, "doc")), style="hiragana")
        ('わたなべ', 'てつや')
    """
    if dice.chance(noise.reading_missing):
        return "", ""
    parts = (name.family_kana, name.given_kana)
    if dice.chance(noise.swapped):
        parts = (parts[1], parts[0])
    if style == "half" or dice.chance(noise.half_kana):
        return half_width_kana(parts[0]), half_width_kana(parts[1])
    return (hiragana(parts[0]), hiragana(parts[1])) if style == "hiragana" else parts


def messy_email(dice: Dice, noise: Noise, email: str) -> str:
    """Write an e-mail address as somebody might, or leave it out.

    Example:
        >>> messy_email(Dice.of(0, "doc"), Noise.none(), "taro.sato@sorei.example")
        'taro.sato@sorei.example'
    """
    if dice.chance(noise.email_missing):
        return missing(dice, noise)
    if dice.chance(noise.email_typo):
        local, domain = email.split("@")
        email = (
            f"{mistyped(dice, local)}@{domain}" if dice.chance(0.7) else email.replace(".example", ".exmaple")
        )
    if dice.chance(noise.email_case):
        return email.upper() if dice.chance(0.3) else email.capitalize()
    if dice.chance(noise.email_wide):
        return full_width(email)
    return email


def messy_phone(dice: Dice, noise: Noise, digits: str, *, area_code: str, extension: str = "") -> str:
    """Write a telephone number as somebody might.

    Args:
        dice: the choices.
        noise: how often what happens.
        digits: national digits with the leading zero; empty gives an empty cell or a filler.
        area_code: its first digits, where the first dash goes.
        extension: written behind the number as 内線, or empty.

    Example:
        >>> messy_phone(Dice.of(0, "doc"), Noise.none(), "0312345678", area_code="03")
        '03-1234-5678'
    """
    if not digits:
        return missing(dice, noise)
    if dice.chance(noise.phone_typo):
        at = dice.between(len(area_code) + 1, len(digits) - 1)
        digits = digits[:at] + str((int(digits[at]) + dice.between(1, 9)) % 10) + digits[at + 1 :]
    text = _phone_style(dice, digits, area_code, 1.0 if noise.wide == 0 else dice.rng.random())
    if dice.chance(noise.wide):
        text = full_width(text)
    if extension:
        text += dice.pick((f" 内線{extension}", f"（内線{extension}）", f" 内線:{extension}"))
    elif noise.wide > 0 and not digits.startswith(("070", "080", "090")) and dice.chance(0.05):
        text += "（代）"
    return text


def _phone_style(dice: Dice, digits: str, area_code: str, style: float) -> str:
    middle, last = digits[len(area_code) : -4], digits[-4:]
    text = f"{area_code}-{middle}-{last}"
    if style < 0.12:
        return digits
    if style < 0.2:
        return f"{area_code}({middle}){last}"
    if style < 0.26:
        return f"+81-{area_code[1:]}-{middle}-{last}"
    if style < 0.28:
        return f"+81{digits[1:]}"
    if style < 0.36:
        return text.replace("-", dice.pick(_DASHES))
    return f"TEL:{text}" if style < 0.38 else text


def messy_postal_code(dice: Dice, noise: Noise, digits: str) -> str:
    """Write a postal code as somebody might.

    Example:
        >>> messy_postal_code(Dice.of(0, "doc"), Noise.none(), "1010021")
        '101-0021'
    """
    text = f"{digits[:3]}-{digits[3:]}"
    if noise.wide == 0:
        return text
    style = dice.rng.random()
    if style < 0.1:
        return digits
    if style < 0.2:
        return f"〒{text}"
    return full_width(text) if style < 0.2 + noise.wide else text


def messy_address(dice: Dice, noise: Noise, site: Site) -> tuple[str, str]:
    """Write the part of an address behind the city, and the building, as somebody might.

    Returns:
        Town with block, and building, which may be empty.

    Example:
        >>> from leadflow.testing.generator.places import CITIES, draw_site
        >>> street, _ = messy_address(Dice.of(0, "doc"), Noise.none(), draw_site(Dice.of(0, "doc"), CITIES[11], label="本社"))
        >>> street.count("-") in (1, 2)
        True
    """
    numbers = [str(number) for number in site.block if number]
    style = dice.rng.random() if noise.wide > 0 else 0.0
    if style < 0.5:
        block = "-".join(numbers)
    elif style < 0.7:
        block = full_width("-".join(numbers))
    elif style < 0.85:
        block = f"{numbers[0]}丁目{numbers[1]}番" + (f"{numbers[2]}号" if len(numbers) > 2 else "")
    elif style < 0.93:
        block = f"{numbers[0].translate(_KANJI_DIGITS)}丁目{'-'.join(numbers[1:])}"
    else:
        block = dice.pick(_DASHES).join(numbers)
    building = site.building
    if noise.wide > 0 and building:
        building = "" if dice.chance(0.4) else full_width(building) if dice.chance(0.2) else building
    return site.town + block, building


def mistyped(dice: Dice, text: str) -> str:
    """Swap, lose or double a character.

    Example:
        >>> mistyped(Dice.of(0, "doc"), "sato") == "sato"
        False
    """
    if len(text) < 3:
        return text + text[-1:]
    at = dice.between(1, len(text) - 2)
    style = dice.below(3)
    if style == 0 and text[at] != text[at + 1]:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + text[at + 1 :] if style == 1 else text[: at + 1] + text[at:]


def _varied(dice: Dice, text: str) -> str:
    plain = {variant: character for character, variants in VARIANTS.items() for variant in variants}
    parts = [plain.get(c, dice.pick(VARIANTS[c]) if c in VARIANTS else c) for c in text]
    return "".join(parts)


def _confused(dice: Dice, text: str) -> str:
    places = [index for index, character in enumerate(text) if character in CONFUSED]
    if not places:
        return text
    at = dice.pick(places)
    return text[:at] + CONFUSED[text[at]] + text[at + 1 :]


def _messy_foreign(dice: Dice, name: FullName) -> tuple[str, str, str]:
    if dice.chance(0.5):
        whole = dice.pick((f"{name.given_kana}・{name.family_kana}", f"{name.given_kana} {name.family_kana}"))
        return whole, name.family_kana, name.given_kana
    return f"{name.given} {name.family}", name.family, name.given


def join_nonempty(parts: Sequence[str], separator: str) -> str:
    """Join what is there.

    Example:
        >>> join_nonempty(["a", "", "b"], " ")
        'a b'
    """
    return separator.join(part for part in parts if part)
