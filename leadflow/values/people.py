"""Names of people."""

import functools
import re
import unicodedata
from collections.abc import Callable
from typing import Literal, NamedTuple

import attrs

from leadflow.errors import MissingExtraError
from leadflow.values.filler import is_filler
from leadflow.values.folding import Variants, fold_variants, tidy
from leadflow.values.kana import Kana, to_katakana
from leadflow.values.parsed import CellReader, Cells, ParsedColumn
from leadflow.values.refusal import refusal
from leadflow.values.surnames import SURNAMES

__all__ = ["LatinOrder", "PersonName"]

_KIND = "person's name"
_LONGEST_NAME = 200

LatinOrder = Literal["given_first", "family_first"]
"""Which word of a Latin name without other signs is the family name."""

_TITLE_BEFORE = re.compile(
    r"(?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|herr|frau|mme)\b\.?(?: (?=\S)|(?<=\.)(?=\S))", re.IGNORECASE
)
_HONORIFIC_WORD = re.compile(
    " (様|さま|サマ|氏|殿|どの|さん|サン|先生|御中|君|くん|ちゃん|教授|准教授|博士|女史|嬢|各位|宛|御机下|侍史|ご担当者?様?|担当者?様?|[,]? ?(?:ph\\.? ?d|m\\.?d|mba|esq|san|sama)\\.?)$",
    re.IGNORECASE,
)
_HONORIFIC_ATTACHED = re.compile(
    "(?<=[^ ])(様|さま|(?:(?<=[\u3400-\u9fff]{3})|(?<= [\u3400-\u9fff]{2})|(?<= [\u3400-\u9fff]))(?:殿|氏)|(?<=[\u3400-\u9fffァ-ヺ])さん|(?<=[\u3400-\u9fff]{2})先生|-(?:san|sama))$"
)
_LAST_OF_HONORIFIC = frozenset("様まマ氏殿のんン生中君授士史嬢位宛下nNaAdDcCqQ.者")
_BRACKET = re.compile(r" ?[(\[<【〔「『]([^()\[\]<>【】〔〕「」『』]{0,60})[)\]>】〕」』]?")
_OPENING = re.compile(r"[(\[<【〔「『]")
_JAPANESE = re.compile(
    "[\u3005-\u3007\u3041-\u30fa\u30fc-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_KANJI_NAME = re.compile(
    "[\u3005\u3006ヶケノ々\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff][\u3005\u3006ヶケノ々ぁ-ヺー\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]*"
)
_PLAIN = re.compile(
    "([\u4e00-\u9fff][々ぁ-ゖァ-ヺ\u4e00-\u9fff]*)(?: ([々ぁ-ゖァ-ヺ\u4e00-\u9fff]+))?"
    "(?<![様まマ氏殿のンん生中君授士史嬢位宛下者])"
)
"""A tidy name of kanji and kana, separated or not, that ends with no letter of an honorific."""

_KANA_NAME = re.compile("[ぁ-ゖァ-ヺー・ ]+")
_KANA_TAIL = re.compile("[ぁ-ゖァ-ヺー]+$")
_NOT_A_NAME = re.compile(r"[@]|https?:|www\.|[0-9]{4}")
_NOT_A_PERSON = re.compile("株式会社|有限会社|合同会社|法人|[部課係室店社]$|担当|事務|窓口|総務|営業|受付")
_KEY_DROPPED = str.maketrans("", "", " ・=,.-'")
_LATIN_DROPPED = str.maketrans({",": " ", ".": " ", "-": " ", "'": None})
_KANJI = re.compile("[\u3400-\u9fff]")
_SEPARATOR = re.compile("[・,、_/|]")
_AROUND = " ,;:、。・/|*"
_LIKELY = 0.15


Divide = Callable[[str], tuple[str, str] | None]


class _Switches(NamedTuple):
    divide: Divide | None = None
    honorifics: bool = True
    variants: Variants = "strict"
    shown_variants: Variants = "none"
    latin_order: LatinOrder = "given_first"


@attrs.frozen(kw_only=True, str=False)
class PersonName:
    """A person's name; ``str(value)`` has one blank where family and given name were separated.

    Attributes:
        raw: the text as it came; not part of equality.
        text: the name as a reader sees it, without honorific and remarks.
        family: the family name; the whole name if it could not be divided.
        given: the given name, with any middle names, or empty.
        reading: the reading in katakana, or empty; not part of equality.
        honorific: what was removed, such as 様 or ``Mr.``; not part of equality.
        key: the comparison key: case and variant kanji folded, without blanks in Japanese names,
            the words sorted in Latin ones.

    Example:
        >>> name = PersonName.parse("渡邉　太郎（ワタナベ タロウ）様")
        >>> str(name), name.family, name.reading, name.key
        ('渡邉 太郎', '渡邉', 'ワタナベ タロウ', '渡辺太郎')
    """

    raw: str = attrs.field(eq=False)
    text: str
    family: str
    given: str = ""
    reading: str = attrs.field(default="", eq=False)
    honorific: str = attrs.field(default="", eq=False)
    key: str

    @classmethod
    def parse(
        cls,
        text: str,
        *,
        reading: str | None = None,
        split: bool = False,
        honorifics: bool = True,
        variants: Variants = "strict",
        shown_variants: Variants = "none",
        latin_order: LatinOrder = "given_first",
    ) -> "PersonName":
        """Read a person's name.

        Args:
            text: the cell.
            reading: the reading from another cell; a blank in it can tell where an unseparated
                name divides.
            split: divide unseparated kanji names by statistics; needs the extra ``ja``.
            honorifics: remove 様, Mr. and the like.
            variants: how far variant kanji are folded in the key.
            shown_variants: how far variant kanji are folded in the name itself.
            latin_order: the order of Latin names that show none; a comma or one word in capitals
                does.

        Returns:
            The name.

        Raises:
            InvalidValueError: if the text is filler, an e-mail address, a number or too long.
            MissingExtraError: if ``split`` is asked for and the library is not installed.

        Example:
            >>> PersonName.parse("佐藤太郎", reading="さとう たろう").family
            '佐藤'
            >>> str(PersonName.parse("Yamada, Taro")), PersonName.parse("YAMADA Taro").family
            ('Taro Yamada', 'YAMADA')
        """
        if is_filler(text):
            raise refusal(_KIND, text, "it is filler, not data")
        divide = _divider() if split else None
        name = _read(text, tidy(text), _Switches(divide, honorifics, variants, shown_variants, latin_order))
        return name.with_reading(reading) if reading else name

    @classmethod
    def parse_many(
        cls,
        cells: Cells,
        *,
        split: bool = False,
        honorifics: bool = True,
        variants: Variants = "strict",
        shown_variants: Variants = "none",
        latin_order: LatinOrder = "given_first",
    ) -> ParsedColumn["PersonName"]:
        """Read a column of names; the switches are those of `parse`.

        Example:
            >>> PersonName.parse_many(["山田　太郎", "山田太郎 様"]).keys.to_list()
            ['山田太郎', '山田太郎']
        """
        switches = _Switches(_divider() if split else None, honorifics, variants, shown_variants, latin_order)
        return _reader(switches).read_all(cells)

    @classmethod
    def reader(cls) -> CellReader["PersonName"]:
        """Return how a cell is read as a person's name, without any switch.

        Example:
            >>> str(PersonName.reader().read("佐藤　太郎様"))
            '佐藤 太郎'
        """
        return _reader(_Switches())

    def with_reading(self, reading: str) -> "PersonName":
        """Return the name with a reading from another cell, divided where the reading tells.

        Raises:
            InvalidValueError: if the reading is not kana.

        Example:
            >>> PersonName.parse("佐藤太郎").with_reading("さとう たろう").given
            '太郎'
        """
        katakana = str(Kana.parse(reading))
        if not self.given:
            family, given = _divided_by_reading(self.text, katakana)
            if given:
                text = f"{family} {given}"
                return attrs.evolve(self, reading=katakana, text=text, family=family, given=given)
        return attrs.evolve(self, reading=katakana)

    def __str__(self) -> str:
        return self.text


def _reader(switches: _Switches) -> CellReader[PersonName]:
    return CellReader.tidied(lambda text, shown: _read(text, shown, switches))


def _read(text: str, shown: str, switches: _Switches) -> PersonName:
    if len(text) > _LONGEST_NAME:
        raise refusal(_KIND, text, f"it is longer than {_LONGEST_NAME} characters")
    plain = _PLAIN.fullmatch(shown)
    if plain is not None and (plain[2] or switches.divide is None):
        return _plain(text, shown, plain, switches)
    return _general(text, shown, switches)


def _general(text: str, shown: str, switches: _Switches) -> PersonName:
    if not any(map(str.isalpha, shown)):
        raise refusal(_KIND, text, "it has no letters")
    if _NOT_A_NAME.search(shown) is not None:
        raise refusal(_KIND, text, "it holds an address or a number")
    came = shown
    if not shown.isascii() and _SEPARATOR.search(shown) and _KANJI.search(shown):
        shown = " ".join(_SEPARATOR.sub(" ", shown).split())
    shown, honorific, reading = _bare(shown.strip(_AROUND), honorifics=switches.honorifics)
    if shown != came and is_filler(shown):
        raise refusal(_KIND, text, "it is filler, not data")
    shown = fold_variants(shown, switches.shown_variants)
    if _JAPANESE.search(shown) is None:
        return _latin(text, shown, honorific, switches.latin_order)
    family, given = _divided(shown, switches.divide)
    if reading and not given:
        family, given = _divided_by_reading(shown, reading)
    text_shown = f"{family} {given}" if given and "・" not in shown else shown
    if not reading and _KANA_NAME.fullmatch(shown):
        reading = to_katakana(shown)
    return PersonName(
        raw=text,
        text=text_shown,
        family=family,
        given=given,
        reading=reading,
        honorific=honorific,
        key=fold_variants(text_shown.casefold(), switches.variants).translate(_KEY_DROPPED),
    )


def _plain(text: str, shown: str, plain: re.Match[str], switches: _Switches) -> PersonName:
    """Return a name of kanji and kana that says nothing but family and given name."""
    family, given = plain.groups("")
    if switches.shown_variants != "none":
        shown, family, given = (
            fold_variants(part, switches.shown_variants) for part in (shown, family, given)
        )
    return PersonName(
        raw=text, text=shown, family=family, given=given, key=fold_variants(family + given, switches.variants)
    )


def _bare(shown: str, *, honorifics: bool) -> tuple[str, str, str]:
    """Return a name without honorific and brackets, the honorific and the reading."""
    honorific = reading = ""
    if honorifics:
        shown, honorific = _without_honorific(shown)
    if _OPENING.search(shown) is not None:
        shown, reading = _without_brackets(shown)
        shown = shown.strip(_AROUND)
        if honorifics:
            shown, inner = _without_honorific(shown)
            honorific = honorific or inner
    return shown, honorific, reading


def _without_honorific(shown: str) -> tuple[str, str]:
    found = ""
    while shown[-1:] in _LAST_OF_HONORIFIC:
        start = max(0, len(shown) - 12)
        match = _HONORIFIC_WORD.search(shown, start) or _HONORIFIC_ATTACHED.search(shown, start)
        if match is None or not any(map(str.isalpha, shown[: match.start()])):
            break
        found = found or match[1].strip(" ,")
        shown = shown[: match.start()].rstrip(_AROUND)
    title = _TITLE_BEFORE.match(shown) if shown[:1].isascii() else None
    while title is not None and any(map(str.isalpha, shown[title.end() :])):
        found = found or title[0].strip()
        shown = shown[title.end() :]
        title = _TITLE_BEFORE.match(shown)
    return shown, found


def _without_brackets(shown: str) -> tuple[str, str]:
    """Take remarks in brackets out of a name; one that is kana beside kanji is the reading."""
    reading = ""
    for match in _BRACKET.finditer(shown):
        inner = match[1].strip()
        if not reading and inner and _KANA_NAME.fullmatch(inner):
            reading = to_katakana(inner)
    bare = " ".join(_BRACKET.sub(" ", shown).split())
    return (bare, reading) if any(map(str.isalpha, bare)) and not is_filler(bare) else (shown, "")


def _latin(text: str, shown: str, honorific: str, latin_order: LatinOrder) -> PersonName:
    before, _, after = (part.strip(_AROUND) for part in shown.partition(","))
    words = shown.replace(",", " ").split()
    if before and after:
        family, given = " ".join(before.split()), " ".join(after.replace(",", " ").split())
        shown, title = _without_honorific(f"{given} {family}")
        honorific = honorific or title
        given = shown[: -len(family)].rstrip() if shown.endswith(family) else ""
    else:
        shown = " ".join(words)
        capitals = [word for word in words if len(word) > 1 and word.isupper() and "." not in word]
        if len(words) < 2:
            family, given = shown, ""
        elif len(capitals) == 1 and capitals[0] in {words[0], words[-1]}:
            family = capitals[0]
            given = " ".join(words[1:] if words[0] == family else words[:-1])
        elif latin_order == "given_first":
            family, given = words[-1], " ".join(words[:-1])
        else:
            family, given = words[0], " ".join(words[1:])
    folded = shown.casefold().translate(_LATIN_DROPPED)
    if not folded.isascii():
        folded = "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))
    return PersonName(
        raw=text,
        text=shown,
        family=family,
        given=given,
        honorific=honorific,
        key=" ".join(sorted(folded.split())),
    )


def _divided(shown: str, divide: Divide | None) -> tuple[str, str]:
    if " " in shown:
        family, _, given = shown.partition(" ")
        return family, given
    if "・" in shown and _KANA_NAME.fullmatch(shown):
        # A foreign name in katakana stands in its own order.
        given, _, family = shown.strip("・").rpartition("・")
        return (family, given) if given and family else (shown, "")
    if divide is not None:
        parts = divide(shown)
        if parts is not None:
            return parts
    return shown, ""


def _divided_by_reading(name: str, katakana: str) -> tuple[str, str]:
    words = katakana.split(" ")
    cut = _cut_by_reading(name, words[0], words[1]) if len(words) == 2 else 0
    return (name[:cut], name[cut:]) if cut else (name, "")


def _cut_by_reading(name: str, family: str, given: str) -> int:
    """Return where a name divides, or 0 if the reading does not tell."""
    if _KANA_NAME.fullmatch(name):
        return len(family) if to_katakana(name) == family + given else 0
    common = fold_variants(name)
    for cut in range(len(name) - 1, 0, -1):
        if family in SURNAMES.get(common[:cut], ()):
            return cut
    if len(name) == 2:
        return 1
    tail = _KANA_TAIL.search(name)
    if tail is not None and to_katakana(tail[0]) == given:
        return tail.start()
    return 0


@functools.cache
def _divider() -> Divide:
    try:
        import namedivider_core  # noqa: PLC0415 - an optional extra
    except ImportError:
        raise MissingExtraError.of("ja", purpose="Dividing names without a blank") from None
    library = namedivider_core.GBDTNameDivider()  # pyright: ignore[reportAttributeAccessIssue]  # it has no stubs

    def divide(name: str) -> tuple[str, str] | None:
        # The library divides anything, and fails hard on one character.
        common = fold_variants(name)
        if not 2 <= len(name) <= 8 or common in SURNAMES or _KANJI_NAME.fullmatch(name) is None:
            return None
        if _NOT_A_PERSON.search(name) is not None:
            return None
        divided = library.divide_name(name)
        family, given = str(divided.family), str(divided.given)
        if not family or not given or family + given != name:
            return None
        if fold_variants(family) not in SURNAMES and float(divided.score) < _LIKELY:
            return None
        return family, given

    return divide
