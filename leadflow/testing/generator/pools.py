"""Large pools of names and companies, composed column by column for tables of a million rows."""

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.testing.generator.companies import COINED, FIRST, LEGAL_FORMS, SECOND, TRADES
from leadflow.testing.generator.kana import half_width_kana, hepburn
from leadflow.testing.generator.names import CONFUSED, GIVEN_NAMES, SURNAMES, VARIANTS
from leadflow.testing.generator.places import CITIES, TOWNS

__all__ = ["CompanyPool", "NamePool", "Texts", "company_pool", "given_name_pool", "surname_pool", "texts"]

Texts = npt.NDArray[np.object_]
Index = npt.NDArray[np.int64]

_SURNAME_HEADS = """
山ヤマ 川カワ 田タ 森モリ 石イシ 岩イワ 松マツ 杉スギ 竹タケ 梅ウメ 藤フジ 大オオ 小オ 中ナカ 上ウエ 下シモ 西ニシ 東ヒガシ 北キタ
南ミナミ 青アオ 黒クロ 白シラ 赤アカ 高タカ 長ナガ 古フル 新ニイ 吉ヨシ 福フク 宮ミヤ 谷タニ 水ミズ 池イケ 島シマ 浜ハマ 金カネ 玉タマ
矢ヤ 広ヒロ
"""
_SURNAME_TAILS = """
田ダ 本モト 村ムラ 川カワ 山ヤマ 野ノ 原ハラ 島シマ 崎サキ 沢サワ 井イ 口グチ 木キ 橋ハシ 岡オカ 坂サカ 谷タニ 森モリ 林バヤシ 瀬セ
浦ウラ 尾オ 塚ツカ 越コシ 倉クラ 岸ギシ 町マチ 宮ミヤ 石イシ 根ネ
"""
_GIVEN_HEADS = """
健ケン 雄ユウ 和カズ 正マサ 義ヨシ 信ノブ 秀ヒデ 俊トシ 英ヒデ 光ミツ 康ヤス 文フミ 明アキ 隆タカ 昭アキ 敏トシ 幸ユキ 勝カツ 孝タカ
直ナオ 友トモ 宏ヒロ 美ミ 由ユ 真マ 佳ヨシ 恵エ 優ユウ 千チ 奈ナ 亜ア 沙サ 麻マ 里リ 純ジュン 智トモ 晴ハル 春ハル 夏ナツ 七ナナ
"""
_GIVEN_TAILS = """
太タ 介スケ 一イチ 郎ロウ 人ト 樹キ 也ヤ 夫オ 之ユキ 彦ヒコ 司ジ 平ヘイ 吾ゴ 明アキ 弘ヒロ 子コ 美ミ 香カ 奈ナ 江エ 代ヨ 穂ホ 枝エ 乃ノ
実ミ 希キ
"""

_REGIONS = {"Tokyo": "東京", "Yokkaichi": "四日市"}


@attrs.frozen(kw_only=True, eq=False)
class NamePool:
    """Family or given names, the common ones first.

    Attributes:
        text: (k,) as written.
        kana: (k,) the reading in full-width katakana.
        half_kana: (k,) the reading in half-width katakana.
        latin: (k,) lower-case Latin letters.
        variant: (k,) with variant characters; equal to ``text`` where there are none.
        confused: (k,) with one wrong character; equal to ``text`` where none is confused.
        edges: (k,) float64, cumulative probability.
    """

    text: Texts
    kana: Texts
    half_kana: Texts
    latin: Texts
    variant: Texts
    confused: Texts
    edges: npt.NDArray[np.float64]

    def draw(self, rng: np.random.Generator, count: int) -> Index:
        """Draw names; common ones come up more often.

        Args:
            rng: the stream.
            count: how many.

        Returns:
            (count,) int64, positions in the pool.

        Example:
            >>> surname_pool().draw(np.random.default_rng(0), 3).shape
            (3,)
        """
        drawn = np.searchsorted(self.edges, rng.random(count), side="right")
        return np.minimum(drawn, len(self.text) - 1).astype(np.int64)


@attrs.frozen(kw_only=True, eq=False)
class CompanyPool:
    """Companies in columns; all arrays have one cell per company.

    Attributes:
        spellings: (11, k) the name: in full, five abbreviations and spacings, without form, with the
            form at the wrong end, half-width, in English, with a branch behind it.
        domain: unique, under ``.example``.
        area_code: of the head office.
        exchange: the digits between area code and last four.
        number: the last four digits of the switchboard.
        postal_code: as NNN-NNNN.
        addresses: (5, k) the address: ASCII dashes, full width, 丁目番号, without prefecture, with building.
        employees: decimal digits.
        pattern: (k,) int64, which of the address patterns its mail uses.
    """

    spellings: Texts
    domain: Texts
    area_code: Texts
    exchange: Texts
    number: Texts
    postal_code: Texts
    addresses: Texts
    employees: Texts
    pattern: Index


def texts(values: list[str]) -> Texts:
    """Return an array of Python strings.

    Example:
        >>> texts(["a", "b"]).dtype
        dtype('O')
    """
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def surname_pool() -> NamePool:
    """Return about 1,300 family names: 45 % of people have a frequent one.

    Example:
        >>> len(surname_pool().text) > 1000
        True
    """
    return _name_pool(SURNAMES, _composed(_SURNAME_HEADS, _SURNAME_TAILS), common=0.45, offset=8)


def given_name_pool() -> NamePool:
    """Return about 1,100 given names: 40 % of people have a frequent one.

    Example:
        >>> len(given_name_pool().text) > 1000
        True
    """
    return _name_pool(GIVEN_NAMES, _composed(_GIVEN_HEADS, _GIVEN_TAILS), common=0.4, offset=40)


def company_pool(rng: np.random.Generator, count: int) -> CompanyPool:
    """Compose companies, all with different names.

    Args:
        rng: the stream.
        count: how many, at most about 1,700,000.

    Example:
        >>> pool = company_pool(np.random.default_rng(0), 3)
        >>> pool.spellings.shape, len(set(pool.domain.tolist()))
        ((11, 3), 3)
    """
    core, latin = _cores(rng, count)
    form = np.searchsorted(
        np.cumsum([entry[3] for entry in LEGAL_FORMS]) / sum(entry[3] for entry in LEGAL_FORMS),
        rng.random(count),
    )
    city = _by_weight(rng, np.array([c.weight for c in CITIES]), count)
    exchange = [
        "1" + str(int(u * 10 ** (5 - len(CITIES[c].area_code)))).zfill(5 - len(CITIES[c].area_code))
        for u, c in zip(rng.random(count), city, strict=True)
    ]
    four = texts([f"{number:04d}" for number in range(10_000)])
    sizes = np.array([8, 15, 25, 40, 60, 90, 150, 250, 400, 800, 1500, 4000, 12000])
    employees = (
        sizes[(rng.random(count) ** 1.4 * len(sizes)).astype(np.int64)] * (1 + rng.random(count))
    ).astype(np.int64)
    return CompanyPool(
        spellings=np.stack([*_spellings(core, form), _english(latin, form), _with_branch(rng, core, form)]),
        domain=_domains(latin),
        area_code=texts([c.area_code for c in CITIES])[city],
        exchange=texts(exchange),
        number=four[(rng.random(count) * 10_000).astype(np.int64)],
        postal_code=texts([c.postal_prefix for c in CITIES])[city]
        + "-"
        + four[(rng.random(count) * 10_000).astype(np.int64)],
        addresses=_addresses(rng, city),
        employees=texts([str(number) for number in employees.tolist()]),
        pattern=(rng.random(count) * 6).astype(np.int64),
    )


def _composed(heads: str, tails: str) -> list[tuple[str, str]]:
    pairs = []
    for head in heads.split():
        pairs += [(head[0] + tail[0], head[1:] + tail[1:]) for tail in tails.split() if head[0] != tail[0]]
    return pairs


def _name_pool(
    frequent: tuple[tuple[str, str], ...], composed: list[tuple[str, str]], *, common: float, offset: float
) -> NamePool:
    known = {text for text, _ in frequent}
    rare = [pair for pair in composed if pair[0] not in known]
    pairs = [*frequent, *rare]
    weights = 1.0 / (np.arange(len(frequent)) + offset)
    probability = np.concatenate(
        [weights / weights.sum() * common, np.full(len(rare), (1 - common) / len(rare))]
    )
    written = [text for text, _ in pairs]
    return NamePool(
        text=texts(written),
        kana=texts([kana for _, kana in pairs]),
        half_kana=texts([half_width_kana(kana) for _, kana in pairs]),
        latin=texts([hepburn(kana) for _, kana in pairs]),
        variant=texts(
            ["".join(VARIANTS[c][0] if c in VARIANTS and c != "吉" else c for c in text) for text in written]
        ),
        confused=texts([_confused(text) for text in written]),
        edges=np.cumsum(probability),
    )


def _confused(text: str) -> str:
    at = next((index for index, character in enumerate(text) if character in CONFUSED), None)
    return text if at is None else text[:at] + CONFUSED[text[at]] + text[at + 1 :]


def _cores(rng: np.random.Generator, count: int) -> tuple[Texts, Texts]:
    stems = [(a + b, x + y) for a, x in FIRST for b, y in SECOND] + [(coined, coined) for coined in COINED]
    regions = [
        ("", ""),
        *dict.fromkeys((_REGIONS.get(c.latin, c.name.split("市")[0]), c.latin) for c in CITIES),
    ]
    plain = len(stems) * len(TRADES)
    if count > plain * len(regions):
        raise ValueError(
            f"At most {plain * len(regions)} companies can be composed: ask for fewer than {count}."
        )
    # A stride that shares no factor with the number of combinations visits each of them once; when all
    # are taken, they come again with a region before them, another one in each further round.
    order = np.arange(count)
    stem, trade = np.divmod((order * 999_983 + int(rng.random() * plain)) % plain, len(TRADES))
    round_ = order // plain
    region = np.where(round_ == 0, 0, 1 + (round_ - 1 + order % plain * 7) % (len(regions) - 1))
    core = (
        texts([r for r, _ in regions])[region]
        + texts([s for s, _ in stems])[stem]
        + texts([t[0] for t in TRADES])[trade]
    )
    latin = (
        texts([f"{r.lower()}-" if r else "" for _, r in regions])[region]
        + texts([hepburn(kana) for _, kana in stems])[stem]
        + texts([f"-{t[2].lower()}" for t in TRADES])[trade]
    )
    return core, latin


def _spellings(core: Texts, form: Index) -> list[Texts]:
    names, places = [entry[0] for entry in LEGAL_FORMS], [entry[1] for entry in LEGAL_FORMS]
    short = {"株式会社": "株", "有限会社": "有", "合同会社": "同", "一般社団法人": "一社", "協同組合": "協"}
    sign = {"株": "㈱", "有": "㈲"}
    brief = [short[name] for name in names]
    formed = [
        _joined(core, texts(names)[form], texts([""] * len(names))[form], places, form),
        _joined(core, texts([f"({b})" for b in brief])[form], texts([""] * len(names))[form], places, form),
        _joined(
            core,
            texts([sign.get(b, f"({b})") for b in brief])[form],
            texts([""] * len(names))[form],
            places,
            form,
        ),
        _joined(core, texts([f"（{b}）" for b in brief])[form], texts([""] * len(names))[form], places, form),
        _joined(core, texts(names)[form], texts([" "] * len(names))[form], places, form),
        _joined(core, texts(names)[form], texts(["\u3000"] * len(names))[form], places, form),
        core,
        _joined(core, texts(names)[form], texts([""] * len(names))[form], places[::-1], form),
    ]
    half = texts([half_width_kana(text) for text in formed[2].tolist()])
    return [*formed, half]


def _english(latin: Texts, form: Index) -> Texts:
    words = texts([stem.replace("-", " ").title() for stem in latin.tolist()])
    english: Texts = words + texts([f" {entry[2]}" for entry in LEGAL_FORMS])[form]
    return english


def _with_branch(rng: np.random.Generator, core: Texts, form: Index) -> Texts:
    branches = texts(["東京支店", "大阪支店", "名古屋支店", "中央営業所", "本社", "第二工場"])
    branch = branches[(rng.random(len(core)) * len(branches)).astype(np.int64)]
    names, places = [entry[0] for entry in LEGAL_FORMS], [entry[1] for entry in LEGAL_FORMS]
    none = texts([""] * len(names))[form]
    named: Texts = _joined(core, texts(names)[form], none, places, form) + " " + branch
    return named


def _joined(core: Texts, form: Texts, gap: Texts, places: list[str], kind: Index) -> Texts:
    before = np.array([place == "before" for place in places])[kind]
    joined: Texts = np.where(before, form + gap + core, core + gap + form)
    return joined


def _domains(latin: Texts) -> Texts:
    seen: dict[str, int] = {}
    domains = []
    for stem in latin.tolist():
        number = seen.get(stem, 0) + 1
        seen[stem] = number
        domains.append(f"{stem}.example" if number == 1 else f"{stem}-{number}.example")
    return texts(domains)


def _addresses(rng: np.random.Generator, city: Index) -> Texts:
    count = len(city)
    numbers = [(rng.random(count) * top).astype(np.int64) + 1 for top in (6, 28, 18)]
    ascii_digits = texts([str(number) for number in range(30)])
    wide_digits = texts(
        [str(number).translate({48 + d: 0xFF10 + d for d in range(10)}) for number in range(30)]
    )
    prefecture = texts([c.prefecture for c in CITIES])[city]
    place = (
        texts([c.name for c in CITIES])[city]
        + texts(list(TOWNS))[(rng.random(count) * len(TOWNS)).astype(np.int64)]
    )
    a, b, c = (ascii_digits[n] for n in numbers)
    wide = [wide_digits[n] for n in numbers]
    plain = place + a + "-" + b + "-" + c
    floor = ascii_digits[(rng.random(count) * 12).astype(np.int64) + 1]
    return np.stack(
        [
            prefecture + plain,
            prefecture + place + wide[0] + "－" + wide[1] + "－" + wide[2],
            prefecture + place + a + "丁目" + b + "番" + c + "号",
            plain,
            prefecture + plain + " 第一ビル" + floor + "F",
        ]
    )


def _by_weight(rng: np.random.Generator, weights: npt.NDArray[np.float64], count: int) -> Index:
    edges = np.cumsum(weights) / weights.sum()
    return np.minimum(np.searchsorted(edges, rng.random(count), side="right"), len(weights) - 1).astype(
        np.int64
    )
