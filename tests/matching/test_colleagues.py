"""Colleagues share company, domain and switchboard, and some of them a family name: that makes nobody one person."""

import numpy as np
import pytest

import leadflow as lf

FAMILY = ["佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤", "吉田", "山田"]
GIVEN = ["太郎", "花子", "一郎", "直樹", "健一", "美咲", "大輔", "由美", "拓也", "智子", "浩二", "恵子"]
STRANGERS = [
    ("西川商事㈱", "田中 花子", "hanako@nishi.example"),
    ("南海電機㈱", "鈴木 一郎", "ichiro@minami.example"),
    ("北野産業㈱", "高橋 直樹", "naoki@kita.example"),
    ("中原化学㈱", "伊藤 美咲", "misaki@naka.example"),
    ("東海建設㈱", "渡辺 大輔", "daisuke@tokai.example"),
    ("西日本物流㈱", "山本 由美", "yumi@nishinihon.example"),
    ("山手製薬㈱", "中村 拓也", "takuya@yamate.example"),
    ("海老名商会㈱", "小林 智子", "tomoko@ebina.example"),
    ("京浜運輸㈱", "加藤 浩二", "koji@keihin.example"),
    ("新宿不動産㈱", "吉田 恵子", "keiko@shinjuku.example"),
    ("渋谷印刷㈱", "山田 健一", "kenichi@shibuya.example"),
]


def clusters_of(rows):
    return lf.dedupe(lf.read_leads(rows, source="list").batch).cluster_ids.tolist()


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize(("people", "companies"), [(72, 16), (120, 20), (200, 20)])
def test_a_list_of_a_few_companies_keeps_its_people_apart(seed, people, companies):
    rng = np.random.default_rng(seed)
    rows = [
        {
            "会社名": f"会社{'アイウエオカキクケコサシスセソタチツテト'[n % companies]}㈱",
            "氏名": f"{rng.choice(FAMILY)} {rng.choice(GIVEN)}",
            "メール": f"u{n}@c{n % companies}.example",
            "電話番号": f"03-1234-{5000 + n % companies}",
        }
        for n in range(people)
    ]
    different = len({(row["会社名"], row["氏名"]) for row in rows})
    assert len(set(clusters_of(rows))) >= 0.95 * different


@pytest.mark.parametrize("strangers", [0, 3, len(STRANGERS)])
@pytest.mark.parametrize("mail", [True, False])
@pytest.mark.parametrize(
    "names", [("佐藤 真", "佐藤 誠"), ("佐藤 太郎", "佐藤 次郎"), ("高橋 健", "高橋 建")]
)
def test_another_kanji_makes_another_colleague(names, mail, strangers):
    first, second = (
        ("東山工業㈱", name, address)
        for name, address in zip(names, ("one@higashi.example", "two@higashi.example"), strict=True)
    )
    rows = [
        {"会社名": company, "氏名": name} | ({"メール": address} if mail else {})
        for company, name, address in [first, second, *STRANGERS[:strangers]]
    ]
    one, other, *_ = clusters_of(rows)
    assert one != other


def test_a_variant_that_registers_keep_apart_is_found():
    rows = [
        {"会社名": company, "氏名": name, "電話番号": f"03-5555-{number}"}
        for company, name, number in [
            ("東山工業㈱", "斎藤 健", 1000),
            ("東山工業㈱", "斉藤 健", 1000),
            *((company, name, 2000 + n) for n, (company, name, _) in enumerate(STRANGERS)),
        ]
    ]
    one, other, *_ = clusters_of(rows)
    assert one == other
