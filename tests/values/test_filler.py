import pytest

from leadflow.values import is_filler


@pytest.mark.parametrize(
    "text",
    ["", " ", "　", "\u200b", "-", "--", "ー", "―", "－－－", "...", "？", "なし", "な し", "【なし】", "無し", "未入力", "未定", "不明", "特になし", "該当なし",
     "N/A", "n/a", "ＮＡ", "#N/A", "null", "None", "(none)", "Unknown", "UNKNOWN", "テスト", "ﾃｽﾄ", "test", "テスト太郎", "テスト 123", "xxx", "×××", "○○○",
     "aaa", "あああ", "同上", "選択してください", "not applicable", "ダミー", "*" * 100, "－" * 50],
)  # fmt: skip
def test_filler_is_not_data(text):
    assert is_filler(text)


@pytest.mark.parametrize(
    "text",
    ["青葉", "無印商店", "不明確", "テスト計測株式会社", "テストー", "AAA株式会社", "株式会社ダミーズ", "0", "x", "Noda", "Nakamura", "Nanami", "testa@example.jp",
     "あ", "selectivity", "未来", "一" * 300],
)  # fmt: skip
def test_data_is_not_filler(text):
    assert not is_filler(text)
