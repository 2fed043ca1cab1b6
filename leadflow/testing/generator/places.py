"""Places: cities with area codes and postal prefixes, and made-up sites in them."""

import attrs

from leadflow.testing.generator.dice import Dice

__all__ = ["CITIES", "TOWNS", "City", "Site", "draw_city", "draw_site"]

# prefecture, city, its reading in Latin letters, area code, first three digits of its postal codes, weight
_CITIES = """
北海道 旭川市 Asahikawa 0166 070 8
北海道 函館市 Hakodate 0138 040 5
岩手県 盛岡市 Morioka 019 020 4
宮城県 仙台市青葉区 Sendai 022 980 14
山形県 山形市 Yamagata 023 990 4
福島県 郡山市 Koriyama 024 963 5
茨城県 水戸市 Mito 029 310 8
栃木県 宇都宮市 Utsunomiya 028 320 9
群馬県 前橋市 Maebashi 027 371 8
埼玉県 さいたま市大宮区 Saitama 048 330 20
千葉県 千葉市中央区 Chiba 043 260 16
東京都 千代田区 Tokyo 03 101 60
東京都 港区 Tokyo 03 105 60
東京都 品川区 Tokyo 03 140 30
東京都 大田区 Tokyo 03 144 30
東京都 新宿区 Tokyo 03 160 30
神奈川県 川崎市川崎区 Kawasaki 044 210 20
神奈川県 横浜市西区 Yokohama 045 220 25
新潟県 新潟市中央区 Niigata 025 950 8
富山県 富山市 Toyama 076 930 6
石川県 金沢市 Kanazawa 076 920 7
山梨県 甲府市 Kofu 055 400 4
長野県 長野市 Nagano 026 380 7
岐阜県 岐阜市 Gifu 058 500 9
静岡県 静岡市葵区 Shizuoka 054 420 10
静岡県 浜松市中央区 Hamamatsu 053 430 15
愛知県 名古屋市中区 Nagoya 052 460 40
愛知県 豊田市 Toyota 0565 471 15
三重県 四日市市 Yokkaichi 059 510 10
滋賀県 大津市 Otsu 077 520 7
京都府 京都市下京区 Kyoto 075 600 15
大阪府 大阪市北区 Osaka 06 530 40
大阪府 大阪市淀川区 Osaka 06 532 20
大阪府 堺市堺区 Sakai 072 590 12
兵庫県 神戸市中央区 Kobe 078 650 18
兵庫県 姫路市 Himeji 079 670 8
奈良県 奈良市 Nara 0742 630 4
鳥取県 鳥取市 Tottori 0857 680 2
島根県 松江市 Matsue 0852 690 2
岡山県 岡山市北区 Okayama 086 700 9
広島県 広島市中区 Hiroshima 082 730 14
香川県 高松市 Takamatsu 087 760 6
愛媛県 松山市 Matsuyama 089 790 6
福岡県 福岡市博多区 Fukuoka 092 812 20
福岡県 北九州市小倉北区 Kitakyushu 093 802 10
長崎県 長崎市 Nagasaki 095 850 4
熊本県 熊本市中央区 Kumamoto 096 860 7
大分県 大分市 Oita 097 870 5
宮崎県 宮崎市 Miyazaki 0985 880 3
鹿児島県 鹿児島市 Kagoshima 099 890 5
沖縄県 那覇市 Naha 098 900 4
"""

TOWNS: tuple[str, ...] = (
    "本町",
    "栄町",
    "緑町",
    "港町",
    "旭町",
    "錦町",
    "大手町",
    "中央",
    "東町",
    "西町",
    "南町",
    "北町",
    "泉町",
    "桜木町",
    "若葉町",
    "花園町",
    "八幡町",
    "幸町",
    "新町",
    "元町",
    "常盤町",
    "末広町",
    "松原",
    "竹園",
    "梅ヶ丘",
    "一番町",
    "六本松",
    "三条通",
)
"""Town names that occur all over the country."""

_BUILDINGS = (
    "第一ビル",
    "第2ビル",
    "センタービル",
    "駅前タワー",
    "グリーンスクエア",
    "中央ビルディング",
    "サンプラザ",
)


@attrs.frozen(kw_only=True)
class City:
    """A city or ward with the numbers that go with it.

    Attributes:
        prefecture: such as "東京都".
        name: such as "千代田区".
        latin: in Latin letters.
        area_code: of fixed-line telephones, with the leading zero.
        postal_prefix: the first three digits of its postal codes.
        weight: how many companies sit there, relative to the others.
    """

    prefecture: str
    name: str
    latin: str
    area_code: str
    postal_prefix: str
    weight: float


@attrs.frozen(kw_only=True)
class Site:
    """A site of a company.

    Attributes:
        label: "本社", or what the branch is called.
        city: where it is.
        town: the town's name.
        block: chome, banchi and go; the last may be 0 when there is none.
        building: building and floor, or empty.
        postal_code: seven digits; the first three fit the city, the others are made up.
        phone: the switchboard, national digits with the leading zero.
    """

    label: str
    city: City
    town: str
    block: tuple[int, int, int]
    building: str
    postal_code: str
    phone: str


def _parse_cities() -> tuple[City, ...]:
    cities = []
    for line in _CITIES.strip().splitlines():
        prefecture, name, latin, area_code, postal_prefix, weight = line.split()
        cities.append(
            City(
                prefecture=prefecture,
                name=name,
                latin=latin,
                area_code=area_code,
                postal_prefix=postal_prefix,
                weight=float(weight),
            )
        )
    return tuple(cities)


CITIES: tuple[City, ...] = _parse_cities()
"""Cities with fixed-line area codes (総務省 市外局番の一覧, 2023) and postal prefixes (日本郵便)."""

_WEIGHTS = [city.weight for city in CITIES]


def draw_city(dice: Dice) -> City:
    """Draw a city in proportion to its weight.

    Example:
        >>> draw_city(Dice.of(0, "doc")).postal_prefix.isdigit()
        True
    """
    return dice.weighted(CITIES, _WEIGHTS)


def draw_site(dice: Dice, city: City, *, label: str) -> Site:
    """Make up a site in a city.

    Subscriber numbers begin with 1. In Japan 1 begins the special services (110, 117, 119), so no
    subscriber has such a number, while its format is that of a valid fixed-line number.

    Example:
        >>> site = draw_site(Dice.of(0, "doc"), CITIES[11], label="本社")
        >>> site.phone[:3], len(site.phone), site.postal_code[:3]
        ('031', 10, '101')
    """
    building = ""
    if dice.chance(0.35):
        building = f"{dice.pick(_BUILDINGS)}{dice.between(2, 14)}{dice.pick(('F', '階'))}"
    return Site(
        label=label,
        city=city,
        town=dice.pick(TOWNS),
        block=(dice.between(1, 6), dice.between(1, 28), dice.between(1, 18) if dice.chance(0.8) else 0),
        building=building,
        postal_code=city.postal_prefix + dice.digits(4),
        phone=city.area_code + "1" + dice.digits(9 - len(city.area_code)),
    )
