"""Prefectures, and the cities and wards that tell their prefecture.

References:
    ISO 3166-2:JP, 2020; Ministry of Internal Affairs and Communications, "全国地方公共団体コード", 2024;
    Local Autonomy Act (地方自治法), articles 252-19 (designated cities) and 281 (special wards).
"""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["CITY_PREFECTURES", "PREFECTURES", "PREFECTURE_ENDINGS", "ROMAN_PREFECTURES", "TOKYO_WARDS"]

_words = str.split

PREFECTURES: tuple[str, ...] = tuple(
    _words("""
    北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県 新潟県 富山県
    石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県 三重県 滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 鳥取県 島根県
    岡山県 広島県 山口県 徳島県 香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県
    """)
)
"""The 47 prefectures in the order of their codes."""

PREFECTURE_ENDINGS: Mapping[str, str] = MappingProxyType(
    {name[:-1]: name for name in PREFECTURES[1:]} | {"北海道": "北海道"}
)
"""Prefecture without 都, 府 or 県 to its full name."""

TOKYO_WARDS = frozenset(
    _words("""
    千代田区 中央区 港区 新宿区 文京区 台東区 墨田区 江東区 品川区 目黒区 大田区 世田谷区 渋谷区 中野区 杉並区
    豊島区 北区 荒川区 板橋区 練馬区 足立区 葛飾区 江戸川区
    """)
)
"""The special wards of Tokyo. Ward names that other cities have too (北区, 中央区, 港区) stand after their city."""

_CITIES = """
北海道:札幌市,函館市,小樽市,旭川市,室蘭市,釧路市,帯広市,北見市,岩見沢市,苫小牧市,千歳市,江別市
青森県:青森市,弘前市,八戸市 岩手県:盛岡市,花巻市,北上市,一関市 宮城県:仙台市,石巻市,塩竈市,大崎市 秋田県:秋田市,横手市,大仙市
山形県:山形市,米沢市,鶴岡市,酒田市 福島県:福島市,会津若松市,郡山市,いわき市,須賀川市
茨城県:水戸市,日立市,土浦市,つくば市,ひたちなか市,取手市,古河市 栃木県:宇都宮市,足利市,栃木市,小山市,那須塩原市
群馬県:前橋市,高崎市,桐生市,伊勢崎市,太田市 埼玉県:さいたま市,川越市,熊谷市,川口市,所沢市,春日部市,上尾市,草加市,越谷市,戸田市,朝霞市,和光市,新座市
千葉県:千葉市,銚子市,市川市,船橋市,木更津市,松戸市,成田市,柏市,市原市,流山市,浦安市,習志野市,八千代市
東京都:八王子市,立川市,武蔵野市,三鷹市,青梅市,昭島市,調布市,町田市,小金井市,小平市,日野市,東村山市,国分寺市,国立市,多摩市,稲城市,西東京市,狛江市,福生市,羽村市,あきる野市,武蔵村山市,東大和市,清瀬市,東久留米市
神奈川県:横浜市,川崎市,相模原市,横須賀市,平塚市,鎌倉市,藤沢市,小田原市,茅ヶ崎市,逗子市,厚木市,大和市,海老名市,座間市,秦野市,伊勢原市,綾瀬市
新潟県:新潟市,長岡市,三条市,柏崎市,上越市,燕市 富山県:富山市,高岡市,射水市 石川県:金沢市,小松市,白山市,野々市市
福井県:福井市,敦賀市,鯖江市,越前市 山梨県:甲府市,富士吉田市,甲斐市 長野県:長野市,松本市,上田市,岡谷市,飯田市,諏訪市,塩尻市,佐久市
岐阜県:岐阜市,大垣市,高山市,多治見市,各務原市,可児市 静岡県:静岡市,浜松市,沼津市,三島市,富士市,富士宮市,焼津市,掛川市,藤枝市,磐田市,袋井市,湖西市
愛知県:名古屋市,豊橋市,岡崎市,一宮市,瀬戸市,半田市,春日井市,豊川市,刈谷市,豊田市,安城市,西尾市,小牧市,稲沢市,東海市,大府市,知立市,日進市,みよし市
三重県:津市,四日市市,伊勢市,松阪市,桑名市,鈴鹿市,亀山市 滋賀県:大津市,彦根市,長浜市,草津市,守山市,栗東市,甲賀市,湖南市,東近江市
京都府:京都市,福知山市,舞鶴市,宇治市,亀岡市,長岡京市 大阪府:大阪市,堺市,岸和田市,豊中市,池田市,吹田市,高槻市,枚方市,茨木市,八尾市,寝屋川市,松原市,箕面市,門真市,摂津市,東大阪市,守口市,大東市,和泉市,泉佐野市
兵庫県:神戸市,姫路市,尼崎市,明石市,西宮市,芦屋市,伊丹市,加古川市,宝塚市,三田市,川西市 奈良県:奈良市,大和郡山市,橿原市,生駒市,大和高田市
和歌山県:和歌山市,田辺市 鳥取県:鳥取市,米子市,倉吉市 島根県:松江市,出雲市,浜田市 岡山県:岡山市,倉敷市,津山市,総社市
広島県:広島市,呉市,福山市,尾道市,三原市,東広島市,廿日市市 山口県:山口市,下関市,宇部市,周南市,岩国市,防府市 徳島県:徳島市,鳴門市,阿南市
香川県:高松市,丸亀市,坂出市 愛媛県:松山市,今治市,新居浜市,西条市,宇和島市 高知県:高知市,南国市
福岡県:福岡市,北九州市,久留米市,大牟田市,飯塚市,春日市,大野城市,筑紫野市 佐賀県:佐賀市,唐津市,鳥栖市 長崎県:長崎市,佐世保市,諫早市,大村市
熊本県:熊本市,八代市,合志市 大分県:大分市,別府市,中津市 宮崎県:宮崎市,都城市,延岡市 鹿児島県:鹿児島市,霧島市,薩摩川内市 沖縄県:那覇市,浦添市,沖縄市,うるま市,宜野湾市,名護市
"""


def _cities() -> Mapping[str, str]:
    table = {}
    for entry in _CITIES.split():
        prefecture, _, cities = entry.partition(":")
        table.update(dict.fromkeys(cities.split(","), prefecture))
    return MappingProxyType(table)


CITY_PREFECTURES: Mapping[str, str] = _cities()
"""City to prefecture: all designated cities and prefectural capitals, and other cities whose name no other city bears."""

ROMAN_PREFECTURES: Mapping[str, str] = MappingProxyType(
    dict(
        zip(
            _words("""
            hokkaido aomori iwate miyagi akita yamagata fukushima ibaraki tochigi gunma saitama chiba tokyo kanagawa niigata
            toyama ishikawa fukui yamanashi nagano gifu shizuoka aichi mie shiga kyoto osaka hyogo nara wakayama tottori shimane
            okayama hiroshima yamaguchi tokushima kagawa ehime kochi fukuoka saga nagasaki kumamoto oita miyazaki kagoshima okinawa
            """),
            PREFECTURES,
            strict=True,
        )
    )
)
"""Prefecture in Hepburn letters, lower case, to its name."""
