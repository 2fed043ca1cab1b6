"""The ladder of encodings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.capture.encodings import decode_chunks, decode_iso_2022_jp, detect_encoding
from leadflow.errors import EncodingError

LIST = "会社名,氏名,メール\r\n㈱髙島屋,﨑山　①子,a@example.jp\r\n株式会社カナ,ﾔﾏﾀﾞ,b@example.jp\r\n"


def detected(data, size=7):
    """Detect over small pieces, so that characters are cut in the middle."""
    return detect_encoding(lambda: (data[i : i + size] for i in range(0, len(data), size)))


class TestDetectEncoding:
    @pytest.mark.parametrize(
        ("codec", "expected"),
        [
            ("utf-8", "utf-8"),
            ("utf-8-sig", "utf-8-sig"),
            ("utf-16", "utf-16"),
            ("utf-32", "utf-32"),
            ("cp932", "cp932"),
        ],
    )
    def test_a_list_is_recognised_in_every_usual_encoding(self, codec, expected):
        assert detected(LIST.encode(codec)).name == expected

    def test_euc_jp_is_told_from_cp932_by_the_noise_it_would_make(self):
        assert (
            detected("会社名,氏名\r\n日立製作所,佐藤太郎\r\nひらがなとカタカナ\r\n".encode("euc_jp")).name
            == "euc_jp"
        )

    def test_iso_2022_jp_is_recognised_by_its_escapes(self):
        assert detected("会社名,氏名\r\n日立製作所,佐藤\r\n".encode("iso-2022-jp")).name == "iso-2022-jp"

    def test_one_japanese_row_in_an_ascii_file_decides(self):
        data = ("a,b\r\n" * 5000 + "佐藤,㈱\r\n").encode("cp932")
        assert detected(data, 4096).name == "cp932"

    def test_a_column_of_half_width_kana_does_not_make_cp932_implausible(self):
        data = ("氏名,カナ\r\n" + "佐藤,ｻﾄｳﾀﾛｳｶﾌﾞｼｷｶﾞｲｼｬ\r\n" * 50).encode("cp932")
        assert detected(data).name == "cp932"

    def test_ascii_is_called_utf_8(self):
        assert detected(b"a,b\r\n").why == "only ASCII characters"

    def test_accented_western_text_is_not_taken_for_japanese(self):
        found = detected("name,city\r\nAndrés López,Málaga\r\nZoë Müller,Zürich\r\n".encode("cp1252"), 4096)
        assert (found.name, found.certain) == ("cp1252", False)

    @pytest.mark.parametrize("data", [b"a,b\x00c\r\n", b"\xff\xff\xff\xa0\x80\xfd", b"\xef\xbb\xbf\xff"])
    def test_bytes_that_fit_nothing_are_an_error(self, data):
        with pytest.raises(EncodingError):
            detected(data)

    @given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00\x1b"), min_size=1))
    def test_utf_8_is_always_recognised(self, text):
        data = text.encode()
        assert "".join(decode_chunks([data], detected(data).name)).lstrip("\ufeff") == text.lstrip("\ufeff")

    @given(st.binary(max_size=300))
    def test_any_bytes_are_decoded_or_refused(self, data):
        try:
            found = detected(data)
        except EncodingError:
            return
        try:
            "".join(decode_chunks([data], found.name))
        except EncodingError:
            assert found.name == "iso-2022-jp" or b"\x00" in data


class TestDecoding:
    @given(st.text(alphabet="日本語カナ㈱①髙ABC\r\n,"), st.integers(1, 5))
    def test_pieces_decode_like_the_whole(self, text, size):
        data = text.encode("cp932")
        pieces = [data[i : i + size] for i in range(0, len(data), size)]
        assert "".join(decode_chunks(pieces, "cp932")) == text

    def test_mail_characters_of_nec_row_13_decode(self):
        assert decode_iso_2022_jp(b"\x1b$B-j-!\x1b(B") == "㈱①"

    @given(st.text(alphabet="日本語カナかな漢字株式会社 ABC123\r\n,"))
    def test_iso_2022_jp_decodes_like_the_standard_codec(self, text):
        assert decode_iso_2022_jp(text.encode("iso-2022-jp")) == text

    def test_half_width_kana_of_jis_x_0201_decode(self):
        assert decode_iso_2022_jp(b"\x1b(IC\x1b(B") == "ﾃ"

    def test_the_wrong_encoding_is_an_error_that_names_it(self):
        with pytest.raises(EncodingError, match="is not in utf-8"):
            list(decode_chunks(["佐藤".encode("cp932")], "utf-8"))

    def test_an_unknown_encoding_is_an_error(self):
        with pytest.raises(EncodingError, match="not known"):
            list(decode_chunks([], "klingon"))
