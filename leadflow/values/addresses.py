"""Postal addresses in Japan: prefecture, city, town, block and building."""

import re
from typing import NamedTuple

import attrs

from leadflow.values.filler import is_filler
from leadflow.values.folding import Variants, fold_variants, tidy
from leadflow.values.numerals import KANJI_DIGITS, kanji_number
from leadflow.values.parsed import CellReader, Cells, ParsedColumn
from leadflow.values.prefectures import CITY_PREFECTURES, PREFECTURE_ENDINGS, PREFECTURES, TOKYO_WARDS
from leadflow.values.refusal import LONGEST, refusal

__all__ = ["PostalAddress"]

_KIND = "postal address"

_POSTAL = re.compile(r"^(?:〒|〶|郵便番号:?|JP-?)? ?([0-9]{3})-?([0-9]{4})(?![0-9-]) ?")
_COUNTRY = re.compile(r"^(?:日本国?|japan|jpn)[ ,、]*(?=.)", re.IGNORECASE)
_LABEL = re.compile(r"^(?:(?:本社)?(?:所在地|住所)|address)[ :]*", re.IGNORECASE)
_PREFECTURE = re.compile(f"({'|'.join(PREFECTURES)}) ?")
_SHORT_PREFECTURE = re.compile(
    f"({'|'.join(sorted(PREFECTURE_ENDINGS, key=len, reverse=True))}) ?(?=[^ ]{{1,6}}?[市郡区])"
)

# Cities, towns and villages whose name holds 市, 町, 村, 郡 or 区 before its end.
_ODD_CITIES = (
    "四日市市|廿日市市|野々市市|八日市市|八日市場市|市川市|市原市|五所川原市|余市郡余市町|町田市|大町市|十日町市|東村山市|武蔵村山市|"
    "村山市|村上市|大村市|羽村市|田村市|中村市|郡山市|大和郡山市|小郡市|郡上市|蒲郡市|佐波郡玉村町|柴田郡村田町|田村郡三春町|"
    "杵島郡大町町|中新川郡上市町|吉野郡下市町|神崎郡市川町|高市郡[^ 町村]{1,4}[町村]|西村山郡[^ 町村]{1,4}[町村]|北村山郡[^ 町村]{1,4}[町村]|"
    "東村山郡[^ 町村]{1,4}[町村]|岩瀬郡鏡石町|石川郡野々市町|京都郡[^ 町村]{1,4}[町村]|吉野郡東吉野村"
)
_CITY = re.compile(
    rf"(?P<odd>{_ODD_CITIES})"
    r"|(?P<ward_city>[^ 市区町村郡0-9]{1,5}市[^ 市区町村郡0-9]{1,4}区(?!画))"
    r"|(?P<plain_city>[^ 市区町村郡0-9]{1,6}市)(?!場)"
    r"|(?P<tokyo_ward>[^ 市区町村郡0-9]{1,4}区(?!画))"
    r"|(?P<district>[^ 市区町村郡0-9]{1,5}郡 ?[^ 市区町村郡0-9]{1,6}[町村])"
    r"|(?P<town>[^ 市区町村郡0-9]{1,5}[町村])"
)

_NUMERAL = f"[{KANJI_DIGITS}]"
_KANJI_CHOME = re.compile(rf"({_NUMERAL}+)(?= ?丁目)")
_KANJI_LOT = re.compile(rf"({_NUMERAL}+)(?= ?番地)")
_KANJI_AFTER_CHOME = re.compile(rf"(?<=丁目)( ?)({_NUMERAL}+)(?= ?番| ?号| ?の| ?-|$| )")
_KANJI_BLOCK = re.compile(rf"({_NUMERAL}+)(?= ?番 ?(?:{_NUMERAL}+|[0-9]+) ?号)")
_KANJI_HOUSE = re.compile(rf"((?:番|番地|の|-) ?)({_NUMERAL}+)(?= ?号)")
_KANJI_AFTER_LOT = re.compile(rf"((?:番地の?|[0-9]番の?) ?)({_NUMERAL}+)(?=$|[ 、,の-])")
_KANJI_CHAIN = re.compile(rf"(?<!{_NUMERAL}){_NUMERAL}+(?:[-ー]{_NUMERAL}+)+(?![^ \-ー0-9]*[町条])")
_KANJI_JO = re.compile(rf"({_NUMERAL}+)(?=[条線])")
_ONE_AS_DASH = re.compile("(?<=[0-9])[一ー](?=[0-9])")
_HAS_NUMERAL = re.compile(_NUMERAL)

_STEP = r"(?:丁目|丁|番地の|番地ノ|番地之|番地|番の|番|号の|の|ノ|之|-)"
_BLOCK = re.compile(
    rf"[0-9]+(?: ?{_STEP} ?[0-9]+(?![0-9]*(?: ?(?:階|F\b|f\b|F[^A-Za-z]|号室|号棟|棟|室|世帯|Ｆ))))*(?: ?(?:丁目|番地|番|号)(?!室|棟|館|町|丁))*(?:先|地先)?"
)
# Numbers that are part of a town's name.
_NOT_A_BLOCK = re.compile(
    r"[0-9]+(?:条|線|区(?!画)|番町|番丁|地割|町(?!目)|軒|号線|階|F\b|世紀|次|の?部|丁堀|日市)|(?<=第)[0-9]+(?!地割)"
)
_LAND_LOT = re.compile(r"(?<=第)[0-9]+地割")
_PLAIN_NUMBERS = re.compile("[0-9]+(?:-[0-9]+)*")
_STEPS = re.compile(rf" ?{_STEP} ?(?=[0-9])")
_JAPANESE = re.compile("[\u3041-\u30fa\u3400-\u9fff]")
_STEP_FIRST = re.compile(f"{_STEP}|号")
_END = re.compile(r"(?: ?(?:丁目|番地|番|号))*(?:地先|先)?$")
_BUILDING_WORD = re.compile(
    r" (?=[^ ]*(?:ビル|タワー|マンション|ハイツ|コーポ|プラザ|センター|会館|荘|アパート|レジデンス|スクエア|ヒルズ|メゾン|棟|階|号室|[0-9]F|building|bldg|tower))",
    re.IGNORECASE,
)
_LEAD_OF_BUILDING = " ,、・.:;-"
_BRACKETED = re.compile(r"^\(([^()]*)\)$")

_KYOTO_STREET = re.compile(
    "^.{1,24}?(?:(?:上|下)(?:る|ル)|(?:東|西)入(?:る|ル)?)(?:.{0,6}?(?:東|西)入(?:る|ル)?)?(?=.)"
)
_DISTRICT = re.compile("^[^ 市区町村郡]{1,5}郡|^(?:高市|西村山|北村山|東村山)郡")
_KEY_TOUCHED = re.compile("[字 ・がガヶノ之ツッ]")
_KEY_DROPPED = re.compile("大字|(?<=[^大])字(?=.)|[ ・]")
_KEY_KE = re.compile("(?<=[\u3400-\u9fff])[がガヶ](?=[\u3400-\u9fff])")
_KEY_NO = re.compile("(?<=[\u3400-\u9fff])[ノ之](?=[\u3400-\u9fff])")
_KEY_KANA = str.maketrans("ツッ", "ッッ")


class _Switches(NamedTuple):
    complete_prefecture: bool = True
    split_building: bool = True
    variants: Variants = "strict"


@attrs.frozen(kw_only=True, str=False)
class PostalAddress:
    """An address; ``str(value)`` ends with the block as ``1-2-3``, then a blank and the building.

    Attributes:
        raw: the text as it came; not part of equality.
        postal_code: a postal code that stood before the address, as ``NNN-NNNN``, or empty.
        prefecture: with 都, 道, 府 or 県; completed from the city where only one is possible.
        city: city with its ward, district with town, or ward of Tokyo.
        town: what stands between city and block.
        block: numbers of block and house, joined by ``-``.
        building: building, floor and room.
        key: the comparison key: without building, district, 大字; variant kanji and ケ, が, ノ folded.

    Example:
        >>> address = PostalAddress.parse("横浜市中区本町六丁目50番地10 市庁舎10階")
        >>> str(address), address.street
        ('神奈川県横浜市中区本町6-50-10 市庁舎10階', '本町6-50-10')
    """

    raw: str = attrs.field(eq=False)
    postal_code: str = attrs.field(default="", eq=False)
    prefecture: str = ""
    city: str = ""
    town: str = ""
    block: str = ""
    building: str = ""
    key: str

    @classmethod
    def parse(
        cls,
        text: str,
        *,
        complete_prefecture: bool = True,
        split_building: bool = True,
        variants: Variants = "strict",
    ) -> "PostalAddress":
        """Read an address.

        Kanji numerals become digits only where they number something (丁目, 番地, 番, 号), so that
        六本木, 三番町 and 八丁堀 stay.

        Args:
            text: the cell, or several cells joined.
            complete_prefecture: put a missing prefecture before a city that tells it.
            split_building: put a blank between block and building.
            variants: how far variant kanji are folded in the key.

        Returns:
            The address; of a foreign one only ``town`` is filled.

        Raises:
            InvalidValueError: if the text is filler, has no letters, or is longer than any address.

        References:
            Act on Indication of Residential Address (住居表示に関する法律), 1962.

        Example:
            >>> str(PostalAddress.parse("東京都港区六本木六丁目１０番１号"))
            '東京都港区六本木6-10-1'
        """
        if is_filler(text):
            raise refusal(_KIND, text, "it is filler, not data")
        return _read(text, tidy(text), _Switches(complete_prefecture, split_building, variants))

    @classmethod
    def parse_many(
        cls,
        cells: Cells,
        *,
        complete_prefecture: bool = True,
        split_building: bool = True,
        variants: Variants = "strict",
    ) -> ParsedColumn["PostalAddress"]:
        """Read a column of addresses; the switches are those of `parse`.

        Example:
            >>> PostalAddress.parse_many(["東京都千代田区丸の内１丁目１－１", "-"]).canonical.to_list()
            ['東京都千代田区丸の内1-1-1', None]
        """
        switches = _Switches(complete_prefecture, split_building, variants)
        return _reader(switches).read_all(cells)

    @classmethod
    def reader(cls) -> CellReader["PostalAddress"]:
        """Return how a cell is read as an address, without any switch.

        Example:
            >>> str(PostalAddress.reader().read("東京都千代田区丸の内１－１－１"))
            '東京都千代田区丸の内1-1-1'
        """
        return _reader(_Switches())

    @property
    def street(self) -> str:
        """Town and block together.

        Example:
            >>> PostalAddress.parse("東京都千代田区一番町10番地2").street
            '一番町10-2'
        """
        return _joined(self.town, self.block)

    def __str__(self) -> str:
        site = f"{self.prefecture}{self.city}{self.street}"
        return f"{site} {self.building}" if self.building and site else site or self.building


def _reader(switches: _Switches) -> CellReader[PostalAddress]:
    return CellReader.tidied(lambda text, shown: _read(text, shown, switches))


def _read(text: str, shown: str, switches: _Switches) -> PostalAddress:
    if len(text) > LONGEST:
        raise refusal(_KIND, text, f"it is longer than {LONGEST} characters")
    if not any(map(str.isalpha, shown)):
        raise refusal(_KIND, text, "it has no letters")
    shown = shown.lstrip(_LEAD_OF_BUILDING)
    postal_code = ""
    while not shown[0].isalpha() or shown[0] in "JjＪ郵":
        match = _POSTAL.match(shown)
        if match is None or not any(map(str.isalpha, shown[match.end() :])):
            break
        postal_code = postal_code or f"{match[1]}-{match[2]}"
        shown = shown[match.end() :].lstrip(_LEAD_OF_BUILDING)
    prefecture, city, rest = _area(shown, switches)
    if prefecture or city:
        town, block, building = _street(rest, prefecture)
    else:
        town, block, building = _street(rest, "") if _JAPANESE.search(rest) else (rest, "", "")
        if _JAPANESE.search(town + building) is None:
            town, block, building = " ".join(filter(None, (_joined(town, block), building))), "", ""
        if not any(map(str.isalpha, town + building)) or is_filler(f"{town}{block}{building}"):
            raise refusal(_KIND, text, "it names no place")
    if building and not switches.split_building:
        block, building = block + building, ""
    return PostalAddress(
        raw=text,
        postal_code=postal_code,
        prefecture=prefecture,
        city=city,
        town=town,
        block=block,
        building=building,
        key=_key(prefecture, city, town, block, switches.variants),
    )


def _joined(town: str, block: str) -> str:
    # A town that ends with a digit would swallow the block.
    return f"{town} {block}" if block and town and town[-1].isdigit() else town + block


def _area(shown: str, switches: _Switches) -> tuple[str, str, str]:
    """Split prefecture and city off an address."""
    match = _PREFECTURE.match(shown)
    if match is None:
        bare = _COUNTRY.sub("", _LABEL.sub("", shown))
        if bare != shown:
            shown = bare
            match = _PREFECTURE.match(shown)
    prefecture = ""
    if match is not None:
        prefecture = match[1]
        shown = shown[match.end() :]
    elif switches.complete_prefecture:
        short = _SHORT_PREFECTURE.match(shown)
        if short is not None and short[1] + "市" not in CITY_PREFECTURES:
            prefecture = PREFECTURE_ENDINGS[short[1]]
            shown = shown[short.end() :]
    city = _CITY.match(shown)
    if city is None:
        return prefecture, "", shown
    if not prefecture:
        prefecture = _told_prefecture(city) if switches.complete_prefecture else ""
        if not prefecture and (city["town"] or city["tokyo_ward"]):
            # Without prefecture a bare 町 is as likely to be a part of a city.
            return "", "", shown
    return prefecture, city[0].replace(" ", ""), shown[city.end() :].lstrip()


def _told_prefecture(city: re.Match[str]) -> str:
    name = city[0]
    if city["tokyo_ward"]:
        return "東京都" if name in TOKYO_WARDS else ""
    if "市" in name:
        return CITY_PREFECTURES.get(name[: name.rindex("市") + 1].replace("ケ", "ヶ"), "")
    return ""


def _street(rest: str, prefecture: str) -> tuple[str, str, str]:
    """Split what follows the city into town, block and building."""
    if _HAS_NUMERAL.search(rest):
        rest = _numbered(rest, prefecture)
    elif "ー" in rest:
        rest = _ONE_AS_DASH.sub("-", rest)
    block = _find_block(rest)
    if block is None:
        town, _, building = rest.partition(" ")
        word = _BUILDING_WORD.search(rest)
        if word is not None:
            town, building = rest[: word.start()], rest[word.end() :]
        return _compact(town), "", building.strip(_LEAD_OF_BUILDING)
    town = rest[: block.start()].rstrip(" ,、・-")
    tail = rest[block.end() :]
    numbers = block[0]
    if _PLAIN_NUMBERS.fullmatch(numbers) is None:
        numbers = _STEPS.sub("-", _END.sub("", numbers))
    if not tail:
        return _compact(town), numbers, ""
    building = _BRACKETED.sub(r"\1", tail.strip(_LEAD_OF_BUILDING)).strip(_LEAD_OF_BUILDING)
    if _STEP_FIRST.match(building):
        # Without what stood between, it would read as a part of the block.
        building = tail.strip()
    return _compact(town), numbers, building


def _compact(town: str) -> str:
    if " " not in town or town.isascii():
        return town
    # Without its blank a mark or a dash belongs to the letter before it.
    return tidy(town.replace(" ", ""))


def _find_block(rest: str) -> re.Match[str] | None:
    place = 0
    while True:
        match = _BLOCK.search(rest, place)
        if match is None:
            return None
        skipped = _NOT_A_BLOCK.match(rest, match.start()) or _LAND_LOT.match(rest, match.start())
        if skipped is None:
            return match
        place = skipped.end()


def _numbered(rest: str, prefecture: str) -> str:
    """Write kanji numerals in digits where they number a block."""
    if "丁目" in rest:
        rest = _KANJI_CHOME.sub(_arabic, rest)
        rest = _KANJI_AFTER_CHOME.sub(_arabic_after, rest)
    if "番" in rest or "号" in rest:
        rest = _KANJI_LOT.sub(_arabic, rest)
        rest = _KANJI_BLOCK.sub(_arabic, rest)
        rest = _KANJI_HOUSE.sub(_arabic_after, rest)
        rest = _KANJI_AFTER_LOT.sub(_arabic_after, rest)
    if prefecture == "北海道":
        # Only there are streets counted; 三条 and 九条 in Kyoto are names.
        rest = _KANJI_JO.sub(_arabic, rest)
    rest = _KANJI_CHAIN.sub(_arabic_chain, rest)
    return _ONE_AS_DASH.sub("-", rest)


def _arabic(match: re.Match[str]) -> str:
    number = kanji_number(match[1])
    return match[1] if number is None else str(number)


def _arabic_after(match: re.Match[str]) -> str:
    number = kanji_number(match[2])
    return match[0] if number is None else f"{match[1]}{number}"


def _arabic_chain(match: re.Match[str]) -> str:
    numbers = [kanji_number(part) for part in re.split("[-ー]", match[0])]
    return match[0] if None in numbers else "-".join(map(str, numbers))


def _key(prefecture: str, city: str, town: str, block: str, variants: Variants) -> str:
    if prefecture == "京都府" and city.startswith("京都市"):
        town = _KYOTO_STREET.sub("", town)
    if "郡" in city:
        city = _DISTRICT.sub("", city)
    area = fold_variants((city + "\n" + town).casefold(), variants)
    if _KEY_TOUCHED.search(area) is not None:
        area = _KEY_DROPPED.sub("", area)
        area = _KEY_NO.sub("の", _KEY_KE.sub("ケ", area)).translate(_KEY_KANA)
    return prefecture + _joined(area.replace("\n", ""), block)
