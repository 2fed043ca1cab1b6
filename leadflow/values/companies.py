"""Company names: the core name, the legal form, and the branch or department typed into the field."""

import re
from typing import NamedTuple

import attrs

from leadflow.values.filler import FILLER_WORDS, is_filler
from leadflow.values.folding import Variants, drop_inner_spaces, fold_variants, tidy
from leadflow.values.legal_forms import FormMatch, Position, find_form, find_form_inside, find_plain
from leadflow.values.parsed import CellReader, Cells, ParsedColumn
from leadflow.values.refusal import LONGEST, refusal

__all__ = ["CompanyName"]

_KIND = "company name"

_ADDRESSED = re.compile(r" *(?:御中|各位|ご?担当者? ?[様殿]?|(?<= )[様殿]|(?<=会社)様|(?<=\))様)$")
_BRANCH_WORD = (
    "本社|本店|支社|支店|支局|支部|支所|営業所|事業部門?|事業本部|事業所|事業場|出張所|駐在所|工場|製造所|製鉄所|製油所|発電所|研究所|研究センター"
    "|技術センター|センター|オフィス|サテライト|ショールーム|本部|キャンパス"
)
_DEPARTMENT_WORD = "(?<!倶楽)(?<!楽)部|(?<!日)課|(?<!教)(?<!温)(?<!茶)室|(?<!関)係|(?<![薬便送])局|学科|研究科|グループ|チーム|ユニット"
_PART = re.compile(rf"(?:{_BRANCH_WORD}|{_DEPARTMENT_WORD})(?:[(（].*)?$")
_BRANCH = re.compile(rf"(?:{_BRANCH_WORD})(?:[(（].*)?$")
_BARE_PART = re.compile(rf"(?:{_BRANCH_WORD}|{_DEPARTMENT_WORD})$")
# A word that can also end a name is a part only with something before it.
_NAME_ENDINGS = frozenset({"グループ", "センター", "研究所", "チーム", "ユニット", "オフィス", "本部", "部"})
_REGIONS = (
    "北海道|東北|関東|首都圏|北関東|南関東|東日本|西日本|中日本|信越|甲信越|北陸|東海|中部|関西|近畿|中国|四国|中四国|九州|"
    "西部|東部|南部|北部|中央|沖縄|青森|岩手|盛岡|宮城|仙台|秋田|山形|福島|郡山|茨城|水戸|つくば|栃木|宇都宮|群馬|前橋|高崎|"
    "埼玉|さいたま|大宮|千葉|柏|東京|新宿|渋谷|池袋|品川|立川|八王子|多摩|神奈川|横浜|川崎|厚木|新潟|富山|石川|金沢|福井|"
    "山梨|甲府|長野|松本|岐阜|静岡|浜松|沼津|愛知|名古屋|豊田|豊橋|岡崎|三重|津|四日市|滋賀|大津|京都|大阪|梅田|堺|兵庫|神戸|"
    "姫路|奈良|和歌山|鳥取|島根|松江|岡山|倉敷|広島|福山|山口|徳島|香川|高松|愛媛|松山|高知|福岡|博多|北九州|小倉|佐賀|長崎|"
    "佐世保|熊本|大分|宮崎|鹿児島|那覇|札幌|旭川|函館|帯広|釧路"
)
_ATTACHED = re.compile(
    rf"(?:(?:{_REGIONS})(?:第[一二三1-9])?(?:本社|支社|支店|支局|営業所|出張所)|本社|本店)$"
)
_NEWSPAPER = re.compile("新聞|放送")
_NOTE = re.compile(r" ?\((?P<note>[^()]{1,60})\)$")
_FORMER = re.compile(r"(?:旧|現|元|略称|通称|以下|英文?名|英語名)")
_LATIN_BRANCH = re.compile(
    r"(?P<name>.*[ ,](?:ltd|inc|corporation|corp|llc|limited|gmbh|plc|k\.k)\b\.?),? "
    r"(?P<rest>[^,]{0,60}\b(?:branch|office|division|department|dept|factory|plant|laboratory|headquarters|hq)\.?)$",
    re.IGNORECASE,
)

_AROUND = " ,、;:"
_LAST_OF_ADDRESSED = frozenset("中位者様殿当")
_LAST_OF_ATTACHED = frozenset("社店局所")
_MIDDLE_DOTS = str.maketrans("", "", "・·•‧")
_KEY_TEXT = str.maketrans({"’": "'", "‘": "'", "`": "'"} | dict.fromkeys('"“”「」『』,、。', None))
_AMPERSAND = re.compile(r" ?([&+/]) ?")


class _Switches(NamedTuple):
    variants: Variants = "strict"
    split_branch: bool = True
    drop_article: bool = True
    drop_middle_dot: bool = True


@attrs.frozen(kw_only=True, str=False)
class CompanyName:
    """The name of a company or another organisation.

    ``str(value)`` is the name with its legal form written in full, where it stood. The branch is
    not part of it.

    Attributes:
        raw: the text as it came; not part of equality.
        name: the core name as a reader sees it, without form, branch and department.
        legal_form: the form in full, such as ``"株式会社"`` or ``"Co., Ltd."``, or empty.
        form_position: where the form stood, or None.
        branch: branch, plant, laboratory or division typed into the field, or empty.
        department: department or section typed into the field, or empty.
        note: a former name or remark in brackets at the end, or empty.
        key: the comparison key: case-folded core name, variant characters folded. It is empty for
            a text that is only a legal form, and an empty key matches nothing.

    Example:
        >>> company = CompanyName.parse("㈱ﾄﾖﾀ自動車　名古屋支店")
        >>> str(company), company.key, company.branch
        ('株式会社トヨタ自動車', 'トヨタ自動車', '名古屋支店')
    """

    raw: str = attrs.field(eq=False)
    name: str
    legal_form: str = ""
    form_position: Position | None = None
    branch: str = ""
    department: str = ""
    note: str = attrs.field(default="", eq=False)
    key: str

    @classmethod
    def parse(
        cls,
        text: str,
        *,
        variants: Variants = "strict",
        split_branch: bool = True,
        drop_article: bool = True,
        drop_middle_dot: bool = True,
    ) -> "CompanyName":
        """Read a company name.

        Args:
            text: the cell, as people type it.
            variants: how far variant kanji are folded in the key.
            split_branch: split off branches and departments.
            drop_article: leave a leading ``The`` out of the key.
            drop_middle_dot: leave the ``・`` between katakana words out of the key.

        Returns:
            The name.

        Raises:
            InvalidValueError: if the text is filler or longer than any name.

        Example:
            >>> CompanyName.parse("Panasonic CO.,LTD").key
            'panasonic'
            >>> CompanyName.parse("合同製鐵(株)").key, CompanyName.parse("株式会社").key
            ('合同製鉄', '')
        """
        if is_filler(text):
            raise refusal(_KIND, text, "it is filler, not data")
        return _read(text, tidy(text), _Switches(variants, split_branch, drop_article, drop_middle_dot))

    @classmethod
    def parse_many(
        cls,
        cells: Cells,
        *,
        variants: Variants = "strict",
        split_branch: bool = True,
        drop_article: bool = True,
        drop_middle_dot: bool = True,
    ) -> ParsedColumn["CompanyName"]:
        """Read a column of company names; the switches are those of `parse`.

        Example:
            >>> CompanyName.parse_many(["㈱日立製作所", "日立製作所（株）", "-"]).keys.to_list()
            ['日立製作所', '日立製作所', None]
        """
        switches = _Switches(variants, split_branch, drop_article, drop_middle_dot)
        return _reader(switches).read_all(cells)

    @classmethod
    def reader(cls) -> CellReader["CompanyName"]:
        """Return how a cell is read as a company name, without any switch.

        Example:
            >>> str(CompanyName.reader().read("㈱日立製作所"))
            '株式会社日立製作所'
        """
        return _reader(_Switches())

    def __str__(self) -> str:
        if not self.legal_form:
            return self.name
        if not self.name:
            return self.legal_form
        blank = " " if self.legal_form.isascii() else ""
        if self.form_position == "prefix":
            return f"{self.legal_form}{blank}{self.name}"
        return f"{self.name}{blank}{self.legal_form}"


def _reader(switches: _Switches) -> CellReader[CompanyName]:
    return CellReader.tidied(lambda text, shown: _read(text, shown, switches))


def _read(text: str, shown: str, switches: _Switches) -> CompanyName:
    if len(text) > LONGEST:
        raise refusal(_KIND, text, f"it is longer than {LONGEST} characters")
    plain = find_plain(shown)
    if plain is not None and plain.name not in FILLER_WORDS:
        return CompanyName(
            raw=text,
            name=plain.name,
            legal_form=plain.form,
            form_position=plain.position,
            key=fold_variants(plain.name, switches.variants),
        )
    if "㏍" in text:
        shown = tidy(text.replace("㏍", "K.K. "))
    shown = shown.strip(_AROUND)
    if shown[-1:] in _LAST_OF_ADDRESSED:
        shown = _unaddressed(shown)
    parts: list[str] = []
    note = ""
    if switches.split_branch and shown[-1:] == ")":
        shown, note = _without_note(shown, parts)
    found = find_form(shown)
    if switches.split_branch and not shown.isascii():
        found = _split(found, parts)
    elif switches.split_branch and not found.form:
        found = _split_latin(found, parts)
    if (
        found.name != shown
        and found.name
        and (found.name in FILLER_WORDS or (not found.form and is_filler(found.name)))
    ):
        raise refusal(_KIND, text, "its name is filler, not data")
    return CompanyName(
        raw=text,
        name=found.name,
        legal_form=found.form,
        form_position=found.position,
        branch=" ".join(filter(_BRANCH.search, parts)) if parts else "",
        department=" ".join(part for part in parts if not _BRANCH.search(part)) if parts else "",
        note=note,
        key=_key(found.name, switches),
    )


def _unaddressed(name: str) -> str:
    """Remove 御中 and the like from the end."""
    while name[-1:] in _LAST_OF_ADDRESSED:
        bare = _ADDRESSED.sub("", name).rstrip(_AROUND)
        if bare == name or not any(map(str.isalnum, bare)):
            break
        name = bare
    return name


def _without_note(shown: str, parts: list[str]) -> tuple[str, str]:
    match = _NOTE.search(shown, max(0, len(shown) - 64))
    if match is None or not match.start():
        return shown, ""
    note = match["note"].strip()
    if _PART.search(note):
        parts.append(note)
        return shown[: match.start()], ""
    if _FORMER.match(note):
        return shown[: match.start()], note
    return shown, ""


def _split(found: FormMatch, parts: list[str]) -> FormMatch:
    """Move branch and department words from the end of a name to the parts."""
    name = found.name
    if not found.form:
        inside = find_form_inside(name, _PART.search)
        if inside is not None:
            parts[:0] = _grouped(inside.rest.split(" "))
            found, name = inside, _unaddressed(inside.name)
    if " " in name:
        words = name.split(" ")
        cut = _first_part(words)
        if cut:
            parts[:0] = _grouped(words[cut:])
            name = _unaddressed(" ".join(words[:cut]).rstrip(_AROUND))
            if not found.form:
                return find_form(name)
    while name[-1:] in _LAST_OF_ATTACHED:
        match = _ATTACHED.search(name, max(1, len(name) - 16))
        if match is None or match.start() < 2 or _NEWSPAPER.search(name) is not None:
            break
        parts[:0] = [match[0]]
        name = _unaddressed(name[: match.start()].rstrip(_AROUND))
        if not found.form:
            found = find_form(name)
            name = found.name
    return found if name is found.name else found._replace(name=name)


def _grouped(words: list[str]) -> list[str]:
    """Join words up to the next one that ends a branch or department: 関西 支社."""
    groups: list[str] = []
    waiting: list[str] = []
    for word in words:
        waiting.append(word)
        if _PART.search(word):
            groups.append(" ".join(waiting))
            waiting = []
    if waiting:
        groups.append(" ".join(waiting))
    return groups


def _first_part(words: list[str]) -> int:
    for place in range(1, len(words)):
        word = words[place]
        if _PART.search(word) is None or word in _NAME_ENDINGS:
            continue
        if place > 1 and _BARE_PART.match(word):
            return place - 1
        return place
    return 0


def _split_latin(found: FormMatch, parts: list[str]) -> FormMatch:
    match = _LATIN_BRANCH.match(found.name)
    if match is None:
        return found
    parts.append(match["rest"].strip())
    return find_form(match["name"])


def _key(
    name: str,
    switches: _Switches,
) -> str:
    key = name.casefold()
    if key != name and not key.isascii():
        key = tidy(key)
    if key.isalnum():
        return fold_variants(key, switches.variants)
    if switches.drop_middle_dot and "・" in key:
        key = key.translate(_MIDDLE_DOTS)
    key = key.translate(_KEY_TEXT)
    if not key.isascii():
        key = drop_inner_spaces(fold_variants(key, switches.variants))
    if switches.drop_article and key.startswith("the "):
        key = key[4:]
    if "&" in key or "+" in key or "/" in key:
        key = _AMPERSAND.sub(r"\1", key)
    return " ".join(key.strip(" .-_").split())
