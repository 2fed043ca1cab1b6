"""Companies: names composed of parts, legal forms, numbers, sites and industries."""

import attrs

from leadflow.testing.generator.dice import Dice
from leadflow.testing.generator.kana import hepburn
from leadflow.testing.generator.places import CITIES, City, Site, draw_city, draw_site

__all__ = ["LEGAL_FORMS", "Company", "CoreName", "corporate_number", "draw_company", "draw_core_name"]

_FIRST = """
蒼ソウ 翠スイ 瑞ズイ 銀ギン 黎レイ 碧ヘキ 暁ギョウ 珀ハク 玄ゲン 紫シ 朱シュ 白ハク 橙トウ 星セイ 雪セツ 霧ム
嵐ラン 潮チョウ 岳ガク 渓ケイ 苔タイ 樫ケン 榎カ 椿チン 鷹ヨウ 鶴カク 鯨ゲイ 梟キョウ 鳳ホウ 燕エン 雁ガン 藍ラン
"""
_SECOND = """
嶺レイ 泉セン 楓フウ 鷺ロ 峯ブ 汀テイ 杜ト 砂サ 灯トウ 帆ハン 楠ナン 苑エン 樹ジュ 琳リン 晶ショウ 濤トウ
稜リョウ 堂ドウ 庭テイ 颯サツ 雲ウン 羽ウ 舟シュウ 塔トウ 弦ゲン 鈴レイ 雫ダ 桂ケイ 萩シュウ 葦イ 鐘ショウ 篠ショウ
"""
_COINED_FIRST = [
    "フロン",
    "アステ",
    "ヴェル",
    "ルミ",
    "テクソ",
    "ノルド",
    "カレ",
    "メリ",
    "オルフェ",
    "シグナ",
    "パル",
    "クレ",
    "ゼフィ",
    "ミラ",
    "トレ",
    "エルデ",
]
_COINED_SECOND = [
    "リノ",
    "モラ",
    "ベルク",
    "ナード",
    "ソラ",
    "ヴィア",
    "ティス",
    "ドーレ",
    "ネクト",
    "ラント",
    "フォア",
    "キオ",
    "ゼリア",
    "ロンド",
    "ミクス",
]

# what a company does: its name's last part, the reading, English, industry, and whether the form usually precedes
_TRADES = """
電機 デンキ Electric 電気機器
電子工業 デンシコウギョウ Electronics 電気機器
精機 セイキ Precision 機械
精密 セイミツ Seimitsu 機械
機械製作所 キカイセイサクショ Machinery 機械
鉄工所 テッコウショ Ironworks 金属製品
金属工業 キンゾクコウギョウ Metals 金属製品
化学工業 カガクコウギョウ Chemical 化学
化成 カセイ Kasei 化学
製薬 セイヤク Pharma 医薬品
食品 ショクヒン Foods 食料品
乳業 ニュウギョウ Dairy 食料品
自動車部品 ジドウシャブヒン Automotive 輸送用機器
車体 シャタイ Body 輸送用機器
硝子 ガラス Glass 窯業
製紙 セイシ Paper パルプ・紙
樹脂工業 ジュシコウギョウ Plastics 化学
商事 ショウジ Trading 卸売業
物産 ブッサン Bussan 卸売業
物流 ブツリュウ Logistics 運輸
運輸 ウンユ Transport 運輸
建設 ケンセツ Construction 建設業
設備工業 セツビコウギョウ Engineering 建設業
環境プラント カンキョウプラント Plant 建設業
水道サービス スイドウサービス Water サービス業
システム システム Systems 情報・通信
ソリューションズ ソリューションズ Solutions 情報・通信
テクノロジー テクノロジー Technology 情報・通信
エンジニアリング エンジニアリング Engineering サービス業
ロボティクス ロボティクス Robotics 機械
"""

LEGAL_FORMS: tuple[tuple[str, str, str, float], ...] = (
    ("株式会社", "before", "Co., Ltd.", 47.0),
    ("株式会社", "after", "Corporation", 39.0),
    ("有限会社", "before", "Y.K.", 6.0),
    ("合同会社", "before", "LLC", 5.0),
    ("一般社団法人", "before", "Association", 1.5),
    ("協同組合", "after", "Cooperative", 1.5),
)
"""Legal form, where it stands, its usual English, and how often it occurs."""

_BRANCHES = ("東京支店", "大阪支店", "名古屋支店", "中央営業所", "第二工場", "技術研究所")
_BRANCH_CITIES = {"東京支店": "Tokyo", "大阪支店": "Osaka", "名古屋支店": "Nagoya"}


@attrs.frozen(kw_only=True)
class CoreName:
    """A company's name without its legal form.

    Attributes:
        text: as it is written.
        kana: its reading in full-width katakana.
        latin: in Latin letters, words capitalised.
        industry: what the last part of the name says.
    """

    text: str
    kana: str
    latin: str
    industry: str


@attrs.frozen(kw_only=True)
class Company:
    """A fictitious company as the register would have it.

    Attributes:
        company_id: such as "C0042".
        core: the name without legal form.
        legal_form: such as "株式会社".
        form_position: "before" or "after" the core name.
        english: the English name with its form.
        corporate_number: 13 digits with a right check digit, from a range that no registry uses.
        domain: a domain under the reserved top-level domain ``.example``.
        industry: in Japanese.
        employees: head count.
        sites: the head office first.
    """

    company_id: str
    core: CoreName
    legal_form: str
    form_position: str
    english: str
    corporate_number: str
    domain: str
    industry: str
    employees: int
    sites: tuple[Site, ...]

    @property
    def name(self) -> str:
        """The registered name.

        Example:
            >>> company = draw_company(Dice.of(0, "doc"), number=1, employees=10, taken=set())
            >>> company.legal_form in company.name and company.core.text in company.name
            True
        """
        if self.form_position == "before":
            return self.legal_form + self.core.text
        return self.core.text + self.legal_form


def corporate_number(base: int) -> str:
    """Return a corporate number in a range that no registry uses.

    The twelve base digits begin with 9999, where real numbers have the code of a registry office.

    Args:
        base: from 0 to 99,999,999.

    References:
        National Tax Agency of Japan, 法人番号の指定等に関する省令 (2014), article 2: the check digit is
        ``9 - (Σ Pₙ Qₙ mod 9)`` with weights 1 and 2 from the right.

    Example:
        >>> corporate_number(1)
        '8999900000001'
    """
    digits = f"9999{base:08d}"
    total = sum(int(digit) * (1 if index % 2 == 0 else 2) for index, digit in enumerate(reversed(digits)))
    return f"{9 - total % 9}{digits}"


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((word[0], word[1:]) for word in text.split())


FIRST = _pairs(_FIRST)
SECOND = _pairs(_SECOND)
COINED = tuple(first + second for first in _COINED_FIRST for second in _COINED_SECOND)
TRADES = tuple(tuple(line.split()) for line in _TRADES.strip().splitlines())


def draw_core_name(dice: Dice) -> CoreName:
    """Compose a name of parts that no dictionary holds together.

    The parts are not looked up in any register; likeness to a real company is chance.

    Example:
        >>> draw_core_name(Dice.of(0, "doc")).kana.isalpha()
        True
    """
    word, kana, english, industry = dice.pick(TRADES)
    if dice.chance(0.25):
        coined = dice.pick(COINED)
        latin = hepburn(coined).capitalize()
        if dice.chance(0.25):
            return CoreName(
                text=f"{latin} {english}", kana=coined + kana, latin=f"{latin} {english}", industry=industry
            )
        return CoreName(text=coined + word, kana=coined + kana, latin=f"{latin} {english}", industry=industry)
    (first, first_kana), (second, second_kana) = dice.pick(FIRST), dice.pick(SECOND)
    stem = first_kana + second_kana
    return CoreName(
        text=first + second + word,
        kana=stem + kana,
        latin=f"{hepburn(stem).capitalize()} {english}",
        industry=industry,
    )


def draw_company(
    dice: Dice, *, number: int, employees: int, taken: set[str], core: CoreName | None = None
) -> Company:
    """Make up a company.

    Args:
        dice: the choices.
        number: a running number; the corporate number follows from it.
        employees: head count.
        taken: domains in use; the new one is added.
        core: the name without legal form; composed when not given.

    Example:
        >>> company = draw_company(Dice.of(0, "doc"), number=7, employees=120, taken=set())
        >>> company.company_id, company.domain.endswith(".example")
        ('C0007', True)
    """
    core = core or draw_core_name(dice)
    form, position, english_form, _ = dice.weighted(LEGAL_FORMS, [form[3] for form in LEGAL_FORMS])
    city = draw_city(dice)
    return Company(
        company_id=f"C{number:04d}",
        core=core,
        legal_form=form,
        form_position=position,
        english=f"{core.latin} {english_form}",
        corporate_number=corporate_number(number * 37 + 101),
        domain=_domain(core, taken),
        industry=core.industry,
        employees=employees,
        sites=(draw_site(dice, city, label="本社"), *_branches(dice, employees, city)),
    )


def _domain(core: CoreName, taken: set[str]) -> str:
    stem = core.latin.lower().replace(" ", "-")
    domain, number = f"{stem}.example", 2
    while domain in taken:
        domain, number = f"{stem}{number}.example", number + 1
    taken.add(domain)
    return domain


def _branches(dice: Dice, employees: int, head_office: City) -> tuple[Site, ...]:
    count = 2 if employees >= 1000 else 1 if employees >= 200 else 0
    sites = []
    for label in dice.sample(_BRANCHES, count):
        latin = _BRANCH_CITIES.get(label)
        nearby = [city for city in CITIES if city.latin == latin]
        city = dice.pick(nearby) if latin else draw_city(dice)
        if city.name != head_office.name:
            sites.append(draw_site(dice, city, label=label))
    return tuple(sites)
