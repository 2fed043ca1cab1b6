"""Personal names: surnames and given names with readings, variants and confusions."""

import attrs

from leadflow.testing.generator.dice import Dice
from leadflow.testing.generator.kana import hepburn

__all__ = ["CONFUSED", "GIVEN_NAMES", "SURNAMES", "VARIANTS", "FullName", "draw_name", "rank_weights"]

_SURNAMES = """
佐藤サトウ 鈴木スズキ 高橋タカハシ 田中タナカ 伊藤イトウ 渡辺ワタナベ 山本ヤマモト 中村ナカムラ 小林コバヤシ 加藤カトウ
吉田ヨシダ 山田ヤマダ 佐々木ササキ 山口ヤマグチ 松本マツモト 井上イノウエ 木村キムラ 林ハヤシ 斎藤サイトウ 清水シミズ
山崎ヤマザキ 森モリ 池田イケダ 橋本ハシモト 阿部アベ 石川イシカワ 山下ヤマシタ 中島ナカジマ 石井イシイ 小川オガワ
前田マエダ 岡田オカダ 長谷川ハセガワ 藤田フジタ 後藤ゴトウ 近藤コンドウ 村上ムラカミ 遠藤エンドウ 青木アオキ 坂本サカモト
福田フクダ 太田オオタ 西村ニシムラ 藤井フジイ 金子カネコ 岡本オカモト 藤原フジワラ 三浦ミウラ 中野ナカノ 原田ハラダ
松田マツダ 竹内タケウチ 小野オノ 中山ナカヤマ 和田ワダ 石田イシダ 上田ウエダ 森田モリタ 原ハラ 柴田シバタ
酒井サカイ 工藤クドウ 横山ヨコヤマ 宮崎ミヤザキ 宮本ミヤモト 内田ウチダ 高木タカギ 谷口タニグチ 安藤アンドウ 大野オオノ
丸山マルヤマ 今井イマイ 河野コウノ 藤本フジモト 村田ムラタ 武田タケダ 上野ウエノ 杉山スギヤマ 増田マスダ 平野ヒラノ
小島コジマ 菅原スガワラ 千葉チバ 久保クボ 松井マツイ 岩崎イワサキ 桜井サクライ 木下キノシタ 野口ノグチ 松尾マツオ
野村ノムラ 佐野サノ 菊地キクチ 渡部ワタベ 大塚オオツカ 杉本スギモト 市川イチカワ 古川フルカワ 水野ミズノ 小松コマツ
島田シマダ 新井アライ 高野タカノ 山内ヤマウチ 吉川ヨシカワ 菊池キクチ 西田ニシダ 飯田イイダ 北村キタムラ 西川ニシカワ
安田ヤスダ 東ヒガシ 五十嵐イガラシ 川口カワグチ 中田ナカタ 平田ヒラタ 関セキ 川崎カワサキ 岩田イワタ 中川ナカガワ
服部ハットリ 本田ホンダ 久保田クボタ 樋口ヒグチ 沢田サワダ 永井ナガイ 田村タムラ 松岡マツオカ 浜田ハマダ 荒木アラキ
大西オオニシ 川上カワカミ 熊谷クマガイ 野田ノダ 広瀬ヒロセ 尾崎オザキ 児玉コダマ 松下マツシタ 岩本イワモト 片山カタヤマ
石原イシハラ 桑原クワバラ 黒田クロダ 小池コイケ 早川ハヤカワ 須藤スドウ 荻野オギノ 堀ホリ 望月モチヅキ 福島フクシマ
辻ツジ 滝沢タキザワ 富田トミタ 堀内ホリウチ 徳永トクナガ 真鍋マナベ 国分コクブン 小田島オダジマ 伊東イトウ 川野カワノ
安部アベ 斉藤サイトウ 長島ナガシマ 角田ツノダ 小鳥遊タカナシ 東海林ショウジ 土屋ツチヤ 星ホシ 栗原クリハラ 三宅ミヤケ
"""

_MALE = """
大輔ダイスケ 健太ケンタ 誠マコト 隆タカシ 翔ショウ 拓也タクヤ 直樹ナオキ 哲也テツヤ 剛ツヨシ 浩ヒロシ
健一ケンイチ 太郎タロウ 一郎イチロウ 和也カズヤ 達也タツヤ 学マナブ 亮リョウ 淳ジュン 修オサム 茂シゲル
裕介ユウスケ 祐介ユウスケ 雄太ユウタ 勇太ユウタ 康弘ヤスヒロ 泰弘ヤスヒロ 正人マサト 真人マサト 智也トモヤ 友也トモヤ
浩二コウジ 宏二コウジ 孝司コウジ 洋平ヨウヘイ 陽平ヨウヘイ 慎一シンイチ 真一シンイチ 純一ジュンイチ 秀樹ヒデキ 英樹ヒデキ
雅之マサユキ 正之マサユキ 博之ヒロユキ 弘之ヒロユキ 俊介シュンスケ 駿シュン 恵一ケイイチ 敬一ケイイチ 崇タカシ 貴志タカシ
徹トオル 聡サトシ 悟サトル 豊ユタカ 実ミノル 清キヨシ 進ススム 昇ノボル 伸一郎シンイチロウ 竜太リュウタ
"""

_FEMALE = """
裕子ユウコ 祐子ユウコ 優子ユウコ 陽子ヨウコ 洋子ヨウコ 恵子ケイコ 敬子ケイコ 幸子サチコ 由美ユミ 友美トモミ
真由美マユミ 久美子クミコ 智子トモコ 直子ナオコ 美穂ミホ 美咲ミサキ 愛アイ 彩アヤ 綾アヤ 麻衣マイ
舞マイ 恵メグミ 香織カオリ 佳織カオリ 亜希子アキコ 明子アキコ 千尋チヒロ 千夏チナツ 沙織サオリ 早織サオリ
真理子マリコ 麻里子マリコ 純子ジュンコ 典子ノリコ 則子ノリコ 美香ミカ 美和ミワ 奈緒ナオ 菜々子ナナコ 理恵リエ
里恵リエ 瞳ヒトミ 桜サクラ 葵アオイ 遥ハルカ 春香ハルカ 静香シズカ 節子セツコ 和子カズコ 文フミ
"""

# Latin spelling and the katakana that Japanese lists give it.
_WESTERN_FAMILY = """
Brandt=ブラント Keller=ケラー Whitfield=ホイットフィールド Moreau=モロー Lindqvist=リンドクヴィスト Okafor=オカフォー
Rossi=ロッシ Novak=ノヴァク Harrington=ハリントン Delgado=デルガド Nguyen=グエン Fernandes=フェルナンデス
"""
_WESTERN_GIVEN = """
Anna=アンナ Martin=マーティン Claire=クレア Daniel=ダニエル Sofia=ソフィア Peter=ピーター Lucas=ルーカス Julia=ジュリア
Thomas=トーマス Emma=エマ Marco=マルコ Linh=リン
"""
_CHINESE_FAMILY = "王オウ 李リ 張チョウ 陳チン 劉リュウ 金キム 朴パク 崔チェ"
_CHINESE_GIVEN = (
    "偉イ 芳ホウ 麗レイ 明メイ 静セイ 志強シキョウ 秀英シュウエイ 美玲ビレイ 敏ビン 俊傑シュンケツ"
)

VARIANTS: dict[str, str] = {
    "高": "髙",
    "斎": "齋斉",
    "斉": "齊斎",
    "辺": "邊邉",
    "崎": "﨑",
    "沢": "澤",
    "浜": "濱濵",
    "広": "廣",
    "島": "嶋",
    "富": "冨",
    "桜": "櫻",
    "国": "國",
    "徳": "德",
    "真": "眞",
    "恵": "惠",
    "吉": "𠮷",
    "滝": "瀧",
    "竜": "龍",
    "遥": "遙",
    "実": "實",
}
"""Characters of names and the older or variant forms in which registers write them."""

CONFUSED: dict[str, str] = {
    "裕": "祐",
    "祐": "裕",
    "浩": "宏",
    "宏": "浩",
    "博": "弘",
    "荻": "萩",
    "菊": "鞠",
    "地": "池",
    "郎": "朗",
    "太": "大",
    "介": "助",
    "伊": "井",
    "岩": "若",
    "徹": "撤",
    "美": "実",
    "子": "小",
    "香": "佳",
    "村": "林",
    "川": "河",
    "健": "建",
    "崇": "祟",
    "智": "知",
    "服": "福",
    "藤": "籐",
}
"""Characters that are mistaken for another one when typed or read by a scanner."""


@attrs.frozen(kw_only=True)
class FullName:
    """A personal name as it is registered.

    Attributes:
        family: the surname in its own script.
        given: the given name in its own script.
        family_kana: the surname's reading in full-width katakana.
        given_kana: the given name's reading.
        family_latin: the surname in Latin letters, capitalised.
        given_latin: the given name in Latin letters, capitalised.
        foreign: written in Latin letters or katakana in Japanese lists, given name first.
    """

    family: str
    given: str
    family_kana: str
    given_kana: str
    family_latin: str
    given_latin: str
    foreign: bool = False


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    found = []
    for word in text.split():
        start = next(index for index, character in enumerate(word) if "ァ" <= character <= "ヺ")
        found.append((word[:start], word[start:]))
    return tuple(found)


def _latin_pairs(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((word.split("=")[0], word.split("=")[1]) for word in text.split())


SURNAMES: tuple[tuple[str, str], ...] = _pairs(_SURNAMES)
"""Surnames with their readings, roughly from the most frequent down."""

GIVEN_NAMES: tuple[tuple[str, str], ...] = tuple(
    pair for two in zip(_pairs(_MALE), _pairs(_FEMALE) + _pairs(_FEMALE)[:10], strict=True) for pair in two
)
"""Given names with their readings; men's and women's alternate."""

_CHINESE = (_pairs(_CHINESE_FAMILY), _pairs(_CHINESE_GIVEN))
_WESTERN = (_latin_pairs(_WESTERN_FAMILY), _latin_pairs(_WESTERN_GIVEN))


def rank_weights(count: int, *, offset: float) -> list[float]:
    """Return weights that fall with the rank, as the frequencies of names do.

    Args:
        count: how many.
        offset: how flat the top is; the weight of rank r is 1 / (r + offset).

    References:
        Zipf, "Human Behavior and the Principle of Least Effort" (1949), with Mandelbrot's offset (1953).

    Example:
        >>> rank_weights(2, offset=1)
        [1.0, 0.5]
    """
    return [1.0 / (rank + offset) for rank in range(count)]


# The boundary of the name's parts runs between the vowels: they are not one long vowel.
_SPELLED = {"イノウエ": "inoue"}

_SURNAME_WEIGHTS = rank_weights(len(SURNAMES), offset=8)
_GIVEN_WEIGHTS = rank_weights(len(GIVEN_NAMES), offset=40)


def draw_name(dice: Dice, *, foreign_rate: float = 0.03) -> FullName:
    """Draw a name; frequent surnames come up more often.

    Args:
        dice: the choices.
        foreign_rate: the part of names that are not Japanese.

    Example:
        >>> name = draw_name(Dice.of(3, "doc"))
        >>> name.family_latin.isascii()
        True
    """
    if dice.chance(foreign_rate):
        return _draw_foreign(dice)
    family, family_kana = dice.weighted(SURNAMES, _SURNAME_WEIGHTS)
    given, given_kana = dice.weighted(GIVEN_NAMES, _GIVEN_WEIGHTS)
    if dice.chance(0.15):
        family = "".join(dice.pick(VARIANTS[c]) if c in VARIANTS else c for c in family)
    return FullName(
        family=family,
        given=given,
        family_kana=family_kana,
        given_kana=given_kana,
        family_latin=_SPELLED.get(family_kana, hepburn(family_kana)).capitalize(),
        given_latin=hepburn(given_kana).capitalize(),
    )


def _draw_foreign(dice: Dice) -> FullName:
    if dice.chance(0.5):
        (family, family_kana), (given, given_kana) = (dice.pick(pool) for pool in _CHINESE)
        return FullName(
            family=family,
            given=given,
            family_kana=family_kana,
            given_kana=given_kana,
            family_latin=hepburn(family_kana).capitalize(),
            given_latin=hepburn(given_kana).capitalize(),
        )
    (family, family_kana), (given, given_kana) = (dice.pick(pool) for pool in _WESTERN)
    return FullName(
        family=family,
        given=given,
        family_kana=family_kana,
        given_kana=given_kana,
        family_latin=family,
        given_latin=given,
        foreign=True,
    )
