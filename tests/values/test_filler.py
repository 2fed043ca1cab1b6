import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.values import filler, is_filler


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


_AROUND_FILLER = st.lists(
    st.one_of(
        st.sampled_from(sorted(filler.FILLER_WORDS)),
        st.sampled_from(
            [*"テスサンダタフ株式あアァｱ゛゜ー-・XxzA1 無同選/n.Ａ×○〇（", "\u3099", "\u200b", "会社"]
        ),
    ),
    min_size=1,
    max_size=5,
).map("".join)


@given(_AROUND_FILLER)
def test_the_first_characters_only_spare_a_look_at_the_rest(text):
    spared = is_filler(text)
    assert (filler.fillers_among([text]) == {text}) is spared
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(filler, "_DATA", re.compile("(?!)"))
        patched.setattr(filler, "may_be_filler", lambda _text: True)
        assert is_filler(text) is spared
