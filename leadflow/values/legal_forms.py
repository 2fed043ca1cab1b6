"""Legal forms of organisations: full names, abbreviations, bank-transfer forms, foreign forms.

References:
    Companies Act (会社法), 2005, articles 2 and 6; Act on General Incorporated Associations, 2006.
    Japanese Bankers Association, "全国銀行データ通信システム: 法人略語・営業所略語・事業略語", 2023.
    ISO 20275, "Financial services: Entity legal forms (ELF)", 2017 (foreign forms).
"""

import functools
import re
from collections.abc import Callable
from typing import Literal, NamedTuple

__all__ = ["FormMatch", "Position", "find_form", "find_form_inside", "find_plain"]

_words = str.split

Position = Literal["prefix", "suffix"]


class FormMatch(NamedTuple):
    """A legal form found in a name, and the name without it."""

    form: str
    position: Position | None
    name: str
    rest: str


# Every spelling of a form after NFKC, with the form it stands for.
_FULL = {
    form: form
    for form in _words(
        "株式会社 有限会社 合同会社 合名会社 合資会社 相互会社 特定目的会社 "
        "一般社団法人 一般財団法人 公益社団法人 公益財団法人 特例社団法人 特例財団法人 社団法人 財団法人 "
        "特定非営利活動法人 認定特定非営利活動法人 特例認定特定非営利活動法人 仮認定特定非営利活動法人 "
        "学校法人 準学校法人 医療法人 医療法人社団 医療法人財団 社会医療法人 社会医療法人社団 社会医療法人財団 "
        "特定医療法人 特定医療法人社団 特定医療法人財団 特別医療法人 特別医療法人社団 特別医療法人財団 "
        "社会福祉法人 宗教法人 更生保護法人 職業訓練法人 独立行政法人 地方独立行政法人 国立研究開発法人 行政執行法人 "
        "国立大学法人 公立大学法人 大学共同利用機関法人 監査法人 有限責任監査法人 税理士法人 弁護士法人 "
        "外国法事務弁護士法人 弁護士・外国法事務弁護士共同法人 司法書士法人 行政書士法人 社会保険労務士法人 特許業務法人 "
        "弁理士法人 土地家屋調査士法人 農事組合法人 管理組合法人 企業組合 協業組合 協同組合 事業協同組合 商工組合 "
        "生活協同組合 労働者協同組合 有限責任事業組合 投資事業有限責任組合 有限責任中間法人 無限責任中間法人 中間法人 "
        "投資法人"
    )
} | {
    "株式會社": "株式会社",
    "株式会杜": "株式会社",
    "有限會社": "有限会社",
    "合資會社": "合資会社",
    "合名會社": "合名会社",
    "相互會社": "相互会社",
    "NPO法人": "特定非営利活動法人",
    "認定NPO法人": "認定特定非営利活動法人",
    "特例認定NPO法人": "特例認定特定非営利活動法人",
    "社労士法人": "社会保険労務士法人",
}
# Endings that look like a form and belong to the name: the union is not a 協同組合 called so.
_PART_OF_NAME = ("農業協同組合", "漁業協同組合", "消費生活協同組合", "森林協同組合")

_SHORT = {
    "株": "株式会社",
    "有": "有限会社",
    "同": "合同会社",
    "合同": "合同会社",
    "名": "合名会社",
    "合名": "合名会社",
    "資": "合資会社",
    "合資": "合資会社",
    "合": "合同会社",
    "相": "相互会社",
    "一社": "一般社団法人",
    "一財": "一般財団法人",
    "公社": "公益社団法人",
    "公財": "公益財団法人",
    "社": "社団法人",
    "財": "財団法人",
    "特非": "特定非営利活動法人",
    "特": "特定非営利活動法人",
    "NPO": "特定非営利活動法人",
    "非": "特定非営利活動法人",
    "認特非": "認定特定非営利活動法人",
    "学": "学校法人",
    "医": "医療法人",
    "医社": "医療法人社団",
    "医財": "医療法人財団",
    "医社団": "医療法人社団",
    "医財団": "医療法人財団",
    "社医": "社会医療法人",
    "特医": "特定医療法人",
    "福": "社会福祉法人",
    "社福": "社会福祉法人",
    "宗": "宗教法人",
    "独": "独立行政法人",
    "独法": "独立行政法人",
    "地独": "地方独立行政法人",
    "国研": "国立研究開発法人",
    "研": "国立研究開発法人",
    "国": "国立大学法人",
    "国大": "国立大学法人",
    "公大": "公立大学法人",
    "大": "国立大学法人",
    "監": "監査法人",
    "税": "税理士法人",
    "弁": "弁護士法人",
    "司": "司法書士法人",
    "行": "行政書士法人",
    "労": "社会保険労務士法人",
    "更": "更生保護法人",
    "農": "農事組合法人",
    "企": "企業組合",
    "協": "協同組合",
    "協業": "協業組合",
    "企業組合": "企業組合",
}
# Abbreviations of bank transfers and accounting exports, which have capital kana only.
_BANK = {
    "カ": "株式会社",
    "ユ": "有限会社",
    "メ": "合名会社",
    "シ": "合資会社",
    "ド": "合同会社",
    "イ": "医療法人",
    "ザイ": "財団法人",
    "シヤ": "社団法人",
    "シャ": "社団法人",
    "シユウ": "宗教法人",
    "シュウ": "宗教法人",
    "ガク": "学校法人",
    "フク": "社会福祉法人",
    "ホゴ": "更生保護法人",
    "ソ": "相互会社",
    "トクヒ": "特定非営利活動法人",
    "ドク": "独立行政法人",
    "チドク": "地方独立行政法人",
    "ケン": "国立研究開発法人",
    "シツ": "行政執行法人",
    "ベン": "弁護士法人",
    "チユウ": "中間法人",
    "チュウ": "中間法人",
    "ギヨ": "行政書士法人",
    "ギョ": "行政書士法人",
    "シホウ": "司法書士法人",
    "ゼイ": "税理士法人",
    "ダイ": "国立大学法人",
    "ノウ": "農事組合法人",
    "カンリ": "管理組合法人",
    "ロウム": "社会保険労務士法人",
}
_BANK_FULL = {
    "カブシキガイシヤ": "株式会社",
    "カブシキガイシャ": "株式会社",
    "カブシキカイシャ": "株式会社",
    "カブシキカイシヤ": "株式会社",
    "ユウゲンガイシヤ": "有限会社",
    "ユウゲンガイシャ": "有限会社",
    "ゴウドウガイシヤ": "合同会社",
    "ゴウドウガイシャ": "合同会社",
}

_OPEN, _CLOSE = r"[(\[{<〔【〈《「⦅]", r"[)\]}>〕】〉》」⦆]"


def _longest_first(words: dict[str, str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_FULL_WORD = (
    r"(?:"
    + _longest_first(_FULL)
    .replace("医療法人社団", "医療法人 ?社団")
    .replace("医療法人財団", "医療法人 ?財団")
    + ")"
)
_SHORT_WORD = "(?:" + _longest_first(_SHORT) + ")"
_BANK_WORD = "(?:" + _longest_first(_BANK) + ")"
_BANK_FULL_WORD = "(?:" + _longest_first(_BANK_FULL) + ")"

_FORM = f"{_OPEN} ?(?P<short>{_SHORT_WORD}|{_FULL_WORD}) ?{_CLOSE}|(?P<full>{_FULL_WORD})"
_PREFIX = re.compile(f"(?:{_FORM}|(?P<half>{_SHORT_WORD}) ?[)\\]〕】])", re.IGNORECASE)
_SUFFIX = re.compile(f"(?:{_FORM}|[(\\[〔【] ?(?P<half>{_SHORT_WORD}))$", re.IGNORECASE)
_INSIDE = re.compile(
    f"{_OPEN} ?(?P<short>株|有|同|資|名|一社|一財|公社|公財|医|学|福|独|特非|国研|株式会社|有限会社) ?{_CLOSE}"
    r"|\((?P<bank>カ|ユ|ド)\)|(?P<full>株式会社|有限会社|合同会社)(?P<blank> )?"
)
# Capital kana, Latin capitals, digits and the punctuation of bank transfers.
_BANK_NAME = r"[ァ-ヺー0-9A-Za-z .,・\-()&/]+"
_BANK_PREFIX = re.compile(
    rf"(?:(?P<word>{_BANK_WORD})\)|\((?P<both>{_BANK_WORD})\)|(?P<full>{_BANK_FULL_WORD}) ?)(?={_BANK_NAME}$)"
)
_BANK_SUFFIX = re.compile(rf"(?:\((?P<word>{_BANK_WORD})\)?|(?P<full>{_BANK_FULL_WORD}))$")
_KANA_ONLY = re.compile(rf"{_BANK_NAME}$")

_CO = r"(?:company|co\b\.?)"
_LTD = r"(?:limited|ltd\b\.?)"
_LATIN_FORMS = (
    (rf"{_CO}[ ,.]*(?:pte|pvt|pty)\b[ ,.]*{_LTD}", "Co., Ltd."),
    (rf"(?:pte|private|pvt)\b[ ,.]*{_LTD}", "Pte. Ltd."),
    (rf"(?:pty|proprietary)\b[ ,.]*{_LTD}", "Pty Ltd"),
    (rf"{_CO}[ ,.]*{_LTD}", "Co., Ltd."),
    (rf"(?:corporation|corp\b\.?)[ ,.]*{_LTD}", "Corp., Ltd."),
    (rf"{_CO}[ ,.]*(?:inc\b|incorporated)\.?", "Co., Inc."),
    (rf"{_CO}[ ,.]*l\.?l\.?c\b\.?", "Co., LLC"),
    (r"gmbh[ ,.]*&[ ,.]*co\b\.?[ ,.]*(?:kgaa|kg|ohg)\b", "GmbH & Co. KG"),
    (r"ag[ ,.]*&[ ,.]*co\b\.?[ ,.]*(?:kgaa|kg|ohg)\b", "AG & Co. KG"),
    (r"(?:se|ug|kg)[ ,.]*&[ ,.]*co\b\.?[ ,.]*(?:kgaa|kg)\b", "GmbH & Co. KG"),
    (r"gmbh|g\.m\.b\.h\.?|mbh", "GmbH"),
    (r"kgaa", "KGaA"),
    (r"(?:kabushiki|kabusiki)[ -]?(?:kaisha|gaisha|kaisya|gaisya)", "K.K."),
    (r"k\. ?k\.?|kk", "K.K."),
    (r"(?:godo|goudou|goudo|gōdō)[ -]?(?:kaisha|gaisha)|g\. ?k\.?", "G.K."),
    (r"(?:yugen|yuugen|yūgen)[ -]?(?:kaisha|gaisha)|y\. ?k\.?", "Y.K."),
    (r"(?:goshi|gōshi)[ -]?(?:kaisha|gaisha)", "Goshi Kaisha"),
    (r"(?:gomei|gōmei)[ -]?(?:kaisha|gaisha)", "Gomei Kaisha"),
    (r"corporation|corp\b\.?", "Corporation"),
    (r"incorporated|inc\b\.?", "Inc."),
    (r"l\.l\.c\.?|llc", "LLC"),
    (r"l\.l\.p\.?|llp", "LLP"),
    (r"l\.p\.|lp", "L.P."),
    (_LTD, "Ltd."),
    (_CO, "Co."),
    (r"p\.l\.c\.?|plc", "PLC"),
    (r"a\.g\.|ag", "AG"),
    (r"s\.e\.|se", "SE"),
    (r"n\. ?v\.?|nv", "N.V."),
    (r"b\. ?v\.?|bv", "B.V."),
    (r"s\. ?a\. ?s\.?|sas", "S.A.S."),
    (r"s\. ?a\. ?r\. ?l\.?|sàrl|sarl", "S.à r.l."),
    (r"s\. ?p\. ?a\.?", "S.p.A."),
    (r"s\. ?r\. ?l\.?|srl", "S.r.l."),
    (r"s\. ?a\.?|sa", "S.A."),
    (r"s\. ?l\.?", "S.L."),
    (r"pty", "Pty Ltd"),
    (r"sdn\b\.?[ ,]*bhd\b\.?|berhad|bhd\b\.?", "Sdn. Bhd."),
    (r"tbk\b\.?", "Tbk"),
    (r"aktiebolag|ab", "AB"),
    (r"a/s", "A/S"),
    (r"asa", "ASA"),
    (r"oyj|oy", "Oy"),
    (r"aps", "ApS"),
    (r"kft\b\.?", "Kft."),
    (r"s\. ?r\. ?o\.?", "s.r.o."),
    (r"sp\. ?z ?o\. ?o\.?", "sp. z o.o."),
    (r"d\. ?o\. ?o\.?", "d.o.o."),
    (r"ltda\b\.?", "Ltda."),
    (r"e\.v\.?", "e.V."),
    (r"ohg|kg", "KG"),
)
_LATIN_WORDS = [
    (re.compile(rf"(?:{pattern})\.?$", re.IGNORECASE | re.ASCII), form) for pattern, form in _LATIN_FORMS
]
_LATIN_ANY = "|".join(pattern for pattern, _ in _LATIN_FORMS)
# A separate last word: after a blank, a comma, a closing bracket or a Japanese character.
_LATIN_SUFFIX = re.compile(
    rf"(?:^|(?:(?<=[ ,)])|(?<=[^\x00-\u024f])))(?P<form>{_LATIN_ANY})[.,)]*$", re.IGNORECASE | re.ASCII
)
# The last words of those forms, without dots: a text that ends otherwise has none of them.
_LATIN_LAST_WORD = re.compile(r"[a-zàō/.]*$", re.IGNORECASE)
_LATIN_LAST_WORDS = frozenset(
    _words("""
    ltd limited company co inc incorporated llc llp lp kgaa kg ohg gmbh mbh kaisha gaisha kaisya gaisya kk k gk yk corporation corp
    plc ag se nv v bv sas s sarl l spa a srl sa sl pty bhd berhad tbk aktiebolag ab a/s asa oy oyj aps kft sro o oo doo ltda ev gmbhcokg
    """)
)
_LATIN_PREFIX = re.compile(
    r"(?P<form>(?:kabushiki|kabusiki|godo|goudou|yugen|yuugen|goshi|gomei)[ -]?(?:kaisha|gaisha|kaisya|gaisya)"
    r"|k\. ?k\.|kk(?= )|g\. ?k\.|y\. ?k\.)[ ,]*",
    re.IGNORECASE | re.ASCII,
)
_INDONESIAN_PREFIX = re.compile(r"PT\.? (?=[A-Z])")
_LATIN_PREFIX_LETTERS = frozenset("KkGgYyP")
_LISTED = re.compile(r"(?<=[^ ,])[ ,]{1,3}Tbk\.?$", re.IGNORECASE)
_AND_COMPANY = re.compile(r"(?:&|\band|\+)[ .]*$", re.IGNORECASE)
_COMPANY_ALONE = re.compile(r"(?:co|company)\b\.?", re.IGNORECASE)
_JAPANESE = re.compile("[^\x00-\u024f]")
# Two letters alone are initials, and after a Japanese name they belong to it (富士通SE).
_SHORTEST_ALONE = 3
_LATIN_TAIL = 48


def find_form(text: str) -> FormMatch:
    """Find the legal form at the start, or else at the end, of a name; never inside it.

    Args:
        text: a name after `leadflow.values.folding.tidy`.

    Returns:
        The form in its full spelling, where it stood, the name without it and an empty rest; the
        form is empty if there is none. A text that is only a form has an empty name.

    Example:
        >>> find_form("(株)日立製作所")
        FormMatch(form='株式会社', position='prefix', name='日立製作所', rest='')
        >>> find_form("合同製鐵").form, find_form("Panasonic Co., Ltd.")[:3]
        ('', ('Co., Ltd.', 'suffix', 'Panasonic'))
    """
    if text.isascii():
        return _find_latin_prefix(text) or _find_latin_suffix(text)
    return _find_prefix(text) or _find_latin_prefix(text) or _find_suffix(text) or _find_latin_suffix(text)


def _find_prefix(text: str) -> FormMatch | None:
    # The commonest spellings need no regular expression.
    form, end = _COMMON_FULL.get(text[:4]), 4
    if form is None:
        form, end = _COMMON_SHORT.get(text[:3]), 3
    if form is None:
        match = _PREFIX.match(text)
        if match is not None:
            form, end = _meaning(match), match.end()
        else:
            match = _BANK_PREFIX.match(text)
            if match is None:
                return None
            form, end = _bank_meaning(match), match.end()
    name = text[end:].lstrip(_AFTER_PREFIX).rstrip()
    if form == "医療法人" and name.startswith(("社団", "財団")):
        form, name = form + name[:2], name[2:].lstrip()
    return FormMatch(form, "prefix", name, "")


def _find_suffix(text: str) -> FormMatch | None:
    if text[-1:] not in _LAST_CHARACTERS or text.endswith(_PART_OF_NAME):
        return None
    form, start = _COMMON_FULL.get(text[-4:]), len(text) - 4
    if form is None or text[-5:-4] in _BRACKETS:
        form, start = _COMMON_SHORT.get(text[-3:]), len(text) - 3
    if form is None:
        match = _SUFFIX.search(text, max(0, len(text) - _LONGEST_FORM))
        if match is not None:
            form, start = _meaning(match), match.start()
        else:
            match = _BANK_SUFFIX.search(text, max(0, len(text) - _LONGEST_FORM))
            if match is None or _KANA_ONLY.match(text) is None:
                return None
            form, start = _bank_meaning(match), match.start()
    return FormMatch(form, "suffix", text[:start].rstrip(_BEFORE_SUFFIX), "")


def find_plain(text: str) -> FormMatch | None:
    """Find a common legal form before or behind a name of kanji and kana that says nothing else.

    Args:
        text: a name after `leadflow.values.folding.tidy`.

    Returns:
        What `find_form` returns; None if the name is not as plain as that.

    Example:
        >>> find_plain("(株)日立製作所"), find_plain("トヨタ自動車 株式会社")[:3]
        (None, ('株式会社', 'suffix', 'トヨタ自動車'))
        >>> find_plain("(株)髙島屋")
        FormMatch(form='株式会社', position='prefix', name='髙島屋', rest='')
    """
    match = _PLAIN.fullmatch(text)
    if match is None:
        return None
    before, after, behind, form = match.groups()
    if before:
        return FormMatch(_COMMON[before], "prefix", after, "")
    return FormMatch(_COMMON[form], "suffix", behind, "")


_COMMON_FULL = {form: form for form in ("株式会社", "有限会社", "合同会社", "合資会社", "合名会社")}
_COMMON_SHORT = {f"({short})": form for short, form in _SHORT.items() if len(short) == 1}
_COMMON = _COMMON_FULL | _COMMON_SHORT
# Behind 医療法人 the form can go on.
_COMMON_WORD = "|".join(re.escape(word) for word, form in _COMMON.items() if form != "医療法人")
_PLAIN_NAME = "[々ぁ-ゖァ-ヺ\u4e00-\u9fff][々ぁ-ゖァ-ヺー\u4e00-\u9fff]*"
# No part of a company and no form of address ends with another letter.
_PLAIN = re.compile(
    f"({_COMMON_WORD}) ?({_PLAIN_NAME}(?<![中位者様殿当社店局所]))"
    f"|(?!{_FULL_WORD}|{_BANK_FULL_WORD})({_PLAIN_NAME}(?<![社店局所])) ?({_COMMON_WORD})"
)
_BRACKETS = frozenset("([{<〔【〈《「⦅")
_LONGEST_FORM = 24
_AFTER_PREFIX = " ,、・:_-"
_BEFORE_SUFFIX = " ,、・:_"
_LAST_CHARACTERS = frozenset(
    {word[-1] for word in (*_FULL, *_SHORT, *_BANK, *_BANK_FULL)} | set(")]}>〕】〉》」⦆")
)


def find_form_inside(text: str, is_part: Callable[[str], object]) -> FormMatch | None:
    """Split a name at a form that stands between the name and something else.

    Args:
        text: a name after `leadflow.values.folding.tidy`, without a form at either end.
        is_part: tells whether a text is a branch or department.

    Returns:
        The name before the form and the rest after it, or None.

    Example:
        >>> find_form_inside("日立製作所(株)東京支店", bool)
        FormMatch(form='株式会社', position='suffix', name='日立製作所', rest='東京支店')
    """
    match = _INSIDE.search(text, 1)
    if match is None or match.end() == len(text):
        return None
    form = _BANK[match["bank"]] if match["bank"] else _meaning(match)
    name, rest = text[: match.start()].rstrip(_BEFORE_SUFFIX), text[match.end() :].strip()
    # Brackets or a blank after the form end a name; a bare form may be a word of it.
    if not name or not (match["full"] is None or match["blank"] or is_part(rest)):
        return None
    return FormMatch(form, "suffix", name, rest)


def _meaning(match: re.Match[str]) -> str:
    groups = match.groupdict()
    word = (groups["short"] or groups["full"] or groups.get("half") or "").replace(" ", "")
    return _SHORT.get(word) or _FULL.get(word) or _SHORT.get(word.upper()) or _FULL.get(word.upper()) or word


def _bank_meaning(match: re.Match[str]) -> str:
    word = match["word"] or match.groupdict().get("both")
    return _BANK[word] if word else _BANK_FULL[match["full"]]


def _find_latin_prefix(text: str) -> FormMatch | None:
    if text[:1] not in _LATIN_PREFIX_LETTERS:
        return None
    match = _LATIN_PREFIX.match(text)
    if match is not None:
        name = text[match.end() :].lstrip(_AFTER_PREFIX)
        return FormMatch(_latin_meaning(match["form"]), "prefix", name, "")
    match = _INDONESIAN_PREFIX.match(text)
    if match is not None:
        return FormMatch("PT", "prefix", _LISTED.sub("", text[match.end() :]), "")
    return None


def _find_latin_suffix(text: str) -> FormMatch:
    # The search looks at the end only: its cost does not grow with the name.
    start = max(0, len(text) - _LATIN_TAIL)
    tail = text[start:]
    match = None
    if tail[-1:].isascii():
        last = _LATIN_LAST_WORD.search(tail.rstrip(" .,)"))
        if last is not None and last[0].replace(".", "").casefold() in _LATIN_LAST_WORDS:
            match = _LATIN_SUFFIX.search(tail)
    if match is None:
        return FormMatch("", None, text, "")
    name = text[: start + match.start()].rstrip(" ,(")
    if (
        len(match["form"]) < _SHORTEST_ALONE
        and (not name or _JAPANESE.search(name))
        and match["form"].upper() != "KK"
    ):
        return FormMatch("", None, text, "")
    if _COMPANY_ALONE.match(match["form"]):
        ampersand = _AND_COMPANY.search(name)
        if ampersand is not None:
            # "Tiffany & Co." is a name; of "Tiffany & Co., Ltd." only the end is a form.
            company = _COMPANY_ALONE.match(match["form"])
            kept = start + match.start() + (company.end() if company else 0)
            form = text[kept:].strip(" ,.")
            if not form:
                return FormMatch("", None, text, "")
            return FormMatch(_latin_meaning(form), "suffix", text[:kept].rstrip(" ,"), "")
    return FormMatch(_latin_meaning(match["form"]), "suffix", name, "")


@functools.lru_cache(maxsize=1024)
def _latin_meaning(form: str) -> str:
    bare = form.rstrip(",) ")
    for pattern, meaning in _LATIN_WORDS:
        if pattern.match(bare):
            return meaning
    return bare
