"""Long hostile cells cost no more than linear time."""

import contextlib
import datetime as dt
import time

import pytest

from leadflow.adapters.reading import read_leads
from leadflow.capture import Form, capture_mail, map_headers
from leadflow.capture.parsing import is_test_entry, parse_tags, parse_text
from leadflow.columns import Column
from leadflow.errors import LeadflowError

AT = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
HOSTILE = [
    "a",
    "1",
    "-",
    " ",
    "\n",
    "@",
    ".",
    "(",
    "[",
    "<",
    "<script",
    "あ",
    "テスト",
    "a@",
    "1-",
    "=",
    "'",
    "、",
    "株",
    "\u3000",
    "1 ",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hundred_kilobytes_of_one_piece_are_done_in_seconds(piece):
    text = piece * (100_000 // len(piece))
    begun = time.perf_counter()
    is_test_entry(text)
    parse_tags(text)
    map_headers(
        {
            "Email": Column.of(["a@example.jp"]),
            text: Column.of([text]),
            "TEL": Column.of([text]),
            "名前": Column.of([text]),
        }
    )
    fields = (
        "氏名",
        "会社名",
        "メール",
        "TEL",
        "住所",
        "〒",
        "URL",
        "従業員数",
        "商談金額",
        "作成日",
        "法人番号",
        "フリガナ",
        "タグ",
        "備考",
    )
    read_leads([{**dict.fromkeys(fields, text), "Email": "a@example.jp"}])
    for attempt in (
        lambda: parse_text(text),
        lambda: Form("x").read(dict.fromkeys(fields, text), at=AT),
        lambda: capture_mail(
            b"From: a@example.jp\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + text.encode(), at=AT
        ),
        lambda: capture_mail(
            b"From: a@example.jp\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode(), at=AT
        ),
    ):
        with contextlib.suppress(LeadflowError):
            attempt()
    assert time.perf_counter() - begun < 5
