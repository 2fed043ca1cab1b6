"""Lists of a few rows or columns: what they cannot teach must neither make strangers one nor hide plain copies."""

import numpy as np
import pytest

import leadflow as lf

FAMILY = ["佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤", "吉田", "山田"]
GIVEN = ["太郎", "花子", "一郎", "直樹", "健一", "美咲", "大輔", "由美", "拓也", "智子", "浩二", "恵子"]


def clusters_of(rows):
    return lf.dedupe(lf.read_leads(rows, source="list").batch).cluster_ids.tolist()


def people(number, companies, seed):
    """Different people of a few companies; names come again in other companies only."""
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(companies * len(FAMILY) * len(GIVEN))[:number].tolist()
    return [
        (n % companies, FAMILY[n // companies % len(FAMILY)], GIVEN[n // companies // len(FAMILY)])
        for n in chosen
    ]


@pytest.mark.parametrize("companies", [20, 50, 100])
@pytest.mark.parametrize("copied", [10, 30])
def test_copies_are_found_in_a_list_of_names_and_addresses(copied, companies):
    rows = [
        {
            "氏名": f"{family} {given}",
            "メール": f"{'abcdefghijkl'[GIVEN.index(given)]}-{FAMILY.index(family)}kawa@c{company}.example.jp",
        }
        for company, family, given in people(270, companies, 0)
    ]
    # Another letter case keeps the copies apart until they are compared.
    copies = [
        {"氏名": row["氏名"].replace(" ", ""), "メール": row["メール"].upper()} for row in rows[:copied]
    ]
    found = clusters_of(rows + copies)
    assert found[270:] == found[:copied]
    assert len(set(found)) == 270


@pytest.mark.parametrize("rows", [2, 5, 8, 10])
@pytest.mark.parametrize("mail", ["u{}@higashi.example.jp", "u{}@gmail.com", "info@higashi.example.jp"])
def test_one_office_department_and_post_make_nobody_one(mail, rows):
    given = [
        {
            "会社名": "東山工業㈱",
            "氏名": f"{FAMILY[n]} {GIVEN[n]}",
            "メール": mail.format(n),
            "電話番号": "03-5555-1000",
            "郵便番号": "105-0013",
            "住所": "東京都港区栄町6-9-16",
            "部署": "営業部",
            "役職": "課長",
        }
        for n in range(rows)
    ]
    assert len(set(clusters_of(given))) == rows


@pytest.mark.parametrize("area", ["212", "703", "801", "908"])
def test_a_switchboard_of_america_is_not_somebodys_mobile_telephone(area):
    rows = [
        {
            "Company": "Pioneer Industries Inc.",
            "Name": name,
            "Email": f"{name[0].lower()}{n}@pioneer.example.com",
            "Phone": f"+1 {area}-555-0110",
            "Address": "533 Horizon Street, Austin",
            "Department": "Sales",
        }
        for n, name in enumerate(["Margaret Moore", "James Young", "Olivia Davis", "Kevin Taylor"])
    ]
    assert len(set(clusters_of(rows))) == len(rows)


@pytest.mark.parametrize("companies", [1, 3])
def test_who_moved_is_not_taken_for_every_colleague(companies):
    rows = [
        {
            "会社名": f"会社{'アイウ'[company]}㈱",
            "氏名": f"{family} {given}",
            "メール": f"u{n}@c{company}.example.jp",
            "電話番号": f"03-1234-500{company}",
            "郵便番号": f"105-001{company}",
            "住所": f"東京都港区栄町6-9-{company}",
        }
        for n, (company, family, given) in enumerate(people(108, companies, 0))
    ]
    moved = {"電話番号": "011-222-3333", "郵便番号": "060-0088", "住所": "北海道札幌市中央区大通西14-2"}
    batch = lf.read_leads([*rows, rows[0] | moved], source="list").batch
    fitted = lf.Matcher.for_leads().fit(batch)
    colleague = next(n for n in range(1, 108) if rows[n]["会社名"] == rows[0]["会社名"])
    differing = [
        reason for reason in fitted.explain(batch, 108, colleague).reasons if reason.level == "different"
    ]
    assert {"phone", "address", "postal_code"} <= {reason.name for reason in differing}
    assert all(reason.total <= 0.0 for reason in differing)


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("渡辺 真", "渡辺 真美", "same family name"),
        ("長谷川 真由美", "長谷川 真由子", "same family name"),
        ("西沢 一郎", "西岡 一郎", "same given name"),
        ("Mami Watanabe", "Mamiko Watanabe", "same family name, similar given name"),
    ],
)
def test_more_or_other_kanji_make_another_name(one, other, level):
    batch = lf.read_leads(
        [{"会社名": "会社ア㈱", "氏名": name} for name in (one, other)], source="list"
    ).batch
    why = lf.Matcher.for_leads().fit(batch).explain(batch, 0, 1)
    assert [reason.level for reason in why.reasons if reason.name == "name"] == [level]


def test_one_given_name_beside_another_family_name_speaks_for_nobody():
    rows = [{"会社名": "会社ア㈱", "氏名": f"{family} 太郎"} for family in FAMILY[:2]]
    batch = lf.read_leads(rows, source="list").batch
    why = lf.Matcher.for_leads().fit(batch).explain(batch, 0, 1)
    (named,) = (reason for reason in why.reasons if reason.name == "name")
    assert named.level == "same given name"
    assert named.total < 0.1
