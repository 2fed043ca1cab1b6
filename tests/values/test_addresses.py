import pytest

from leadflow.errors import InvalidValueError
from leadflow.values import PostalAddress

ADDRESSES = [
    ("東京都千代田区丸の内２－１－３", "東京都千代田区丸の内2-1-3"),
    ("東京都千代田区丸の内2ー1ー3", "東京都千代田区丸の内2-1-3"),
    ("東京都千代田区丸の内2丁目1番3号", "東京都千代田区丸の内2-1-3"),
    ("東京都千代田区丸の内二丁目一番三号", "東京都千代田区丸の内2-1-3"),
    ("東京都千代田区丸の内2丁目1番地3", "東京都千代田区丸の内2-1-3"),
    ("東京都千代田区丸の内2丁目1番地の3", "東京都千代田区丸の内2-1-3"),
    ("東京都千代田区丸の内2の1の3", "東京都千代田区丸の内2-1-3"),
    ("東京都千代田区丸の内二－一－三", "東京都千代田区丸の内2-1-3"),
    ("東京都 千代田区 丸の内 2-1-3", "東京都千代田区丸の内2-1-3"),
    ("東京都千代田区丸の内2-1-3 青葉ビル 5F", "東京都千代田区丸の内2-1-3 青葉ビル 5F"),
    ("東京都千代田区丸の内2-1-3青葉ビル5階", "東京都千代田区丸の内2-1-3 青葉ビル5階"),
    ("東京都千代田区丸の内2-1-3（青葉ビル）", "東京都千代田区丸の内2-1-3 青葉ビル"),
    ("東京都千代田区丸の内2-1-3-5F", "東京都千代田区丸の内2-1-3 5F"),
    ("東京都新宿区西新宿二丁目8番1号101号室", "東京都新宿区西新宿2-8-1 101号室"),
    ("〒100-0005 東京都千代田区丸の内2-1", "東京都千代田区丸の内2-1"),
    ("日本 東京都千代田区丸の内2-1", "東京都千代田区丸の内2-1"),
    # Numerals in names stay.
    ("東京都港区六本木三丁目2番1号", "東京都港区六本木3-2-1"),
    ("東京都千代田区三番町六番地", "東京都千代田区三番町6"),
    ("東京都中央区八丁堀四丁目3番", "東京都中央区八丁堀4-3"),
    ("東京都港区麻布十番2-3-4", "東京都港区麻布十番2-3-4"),
    ("東京都新宿区四谷1-1", "東京都新宿区四谷1-1"),
    ("千葉県八千代市大和田新田312-5", "千葉県八千代市大和田新田312-5"),
    # Prefectures are completed where the city tells them.
    ("大阪市北区中之島1-3-20", "大阪府大阪市北区中之島1-3-20"),
    ("世田谷区世田谷4丁目21番27号", "東京都世田谷区世田谷4-21-27"),
    ("金沢市広坂1-1-1", "石川県金沢市広坂1-1-1"),
    ("府中市宮西町2-24", "府中市宮西町2-24"),
    # Cities with odd names, districts.
    ("三重県四日市市諏訪町1番5号", "三重県四日市市諏訪町1-5"),
    ("広島県廿日市市下平良1-11-1", "広島県廿日市市下平良1-11-1"),
    ("福島県郡山市朝日一丁目23番7号", "福島県郡山市朝日1-23-7"),
    ("奈良県大和郡山市北郡山町248番地4", "奈良県大和郡山市北郡山町248-4"),
    ("神奈川県足柄下郡箱根町湯本256", "神奈川県足柄下郡箱根町湯本256"),
    # Hokkaido counts its streets, Kyoto names them, Iwate counts its fields.
    ("北海道札幌市中央区北一条西二丁目", "北海道札幌市中央区北1条西2"),
    ("北海道旭川市六条通九丁目46番地", "北海道旭川市6条通9-46"),
    ("京都府京都市南区東九条西山王町31", "京都府京都市南区東九条西山王町31"),
    ("京都市下京区四条通烏丸東入長刀鉾町20", "京都府京都市下京区四条通烏丸東入長刀鉾町20"),
    ("岩手県盛岡市本宮第3地割12番地", "岩手県盛岡市本宮第3地割12"),
    ("大阪府堺市中区深井清水町1丁2-3", "大阪府堺市中区深井清水町1-2-3"),
    # No block, no area, not Japan.
    ("東京都千代田区丸の内", "東京都千代田区丸の内"),
    ("大字中野字上原123番地の4", "大字中野字上原123-4"),
    ("1600 Amphitheatre Parkway, Mountain View, CA", "1600 Amphitheatre Parkway, Mountain View, CA"),
]


@pytest.mark.parametrize(("text", "expected"), ADDRESSES)
def test_an_address_has_its_block_in_digits_and_its_building_apart(text, expected):
    assert expected == str(PostalAddress.parse(text))


def test_the_parts_are_told_apart():
    address = PostalAddress.parse("〒231-0005横浜市中区本町６丁目５０番地１０　市庁舎　３階")
    assert ("231-0005", "神奈川県", "横浜市中区", "本町", "6-50-10", "市庁舎 3階") == (
        address.postal_code,
        address.prefecture,
        address.city,
        address.town,
        address.block,
        address.building,
    )
    assert address.street == "本町6-50-10"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("東京都千代田区霞が関3-2-1", "東京都千代田区霞ヶ関三丁目2番1号 青葉ビル"),
        ("東京都千代田区丸の内1-1", "東京都千代田区丸ノ内1-1"),
        ("神奈川県箱根町湯本256", "神奈川県足柄下郡箱根町湯本256"),
        ("長野県長野市大字南長野字幅下692-2", "長野県長野市南長野幅下692-2"),
        ("京都府京都市下京区四条通烏丸東入ル長刀鉾町20", "京都市下京区長刀鉾町20番地"),
        ("東京都渋谷區惠比壽1-1", "東京都渋谷区恵比寿1-1"),
    ],
)
def test_two_spellings_of_a_site_have_one_key(one, other):
    assert PostalAddress.parse(one).key == PostalAddress.parse(other).key


def test_other_blocks_have_other_keys():
    assert PostalAddress.parse("東京都港区芝1-2").key != PostalAddress.parse("東京都港区芝1-21").key


def test_each_policy_has_a_switch():
    assert str(PostalAddress.parse("横浜市中区本町6-50", complete_prefecture=False)) == "横浜市中区本町6-50"
    assert (
        str(PostalAddress.parse("東京都港区芝1-2青葉ビル", split_building=False)) == "東京都港区芝1-2青葉ビル"
    )
    assert "髙" in PostalAddress.parse("東京都港区髙輪1-2", variants="none").key


@pytest.mark.parametrize("text", ["", "-", "なし", "100-0001", "1-2-3", "東" * 1001])
def test_what_names_no_place_is_refused(text):
    with pytest.raises(InvalidValueError):
        PostalAddress.parse(text)
