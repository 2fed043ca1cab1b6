"""A digest carries the headline and the figures in text and HTML, and escapes what people typed."""

import datetime as dt
from html.parser import HTMLParser

import pytest

from leadflow.adapters.digest import digest
from leadflow.adapters.memory import MemoryStore
from leadflow.reporting import Hierarchy, Target, Targets, Unit, build_report


@pytest.fixture(scope="module")
def report():
    units = (
        Unit(id="company", name="<script>alert(1)</script>", level="company"),
        Unit(id="p1", name="x", level="person", parent="company"),
    )
    targets = Targets(rows=(Target(kpi="calls", period="2026-09", unit="p1", value=40),))
    with MemoryStore().snapshot() as reader:
        return build_report(
            reader,
            as_of=dt.datetime(2026, 9, 30, 9, tzinfo=dt.UTC),
            targets=targets,
            hierarchy=Hierarchy(units=units),
        )


def test_every_receiver_gets_one_message_a_day(report):
    messages = digest(report, ["a@example.jp", "b"])
    assert ["digest:a@example.jp:2026-09-30", "digest:b:2026-09-30"] == [one.key for one in messages]


def test_the_figures_are_in_both_forms(report):
    (message,) = digest(report, ["b"], language="ja")
    assert "架電数" in message.payload["text"]
    assert "架電数" in message.payload["html"]
    assert "0.0%" in message.payload["html"]


def test_a_share_of_nothing_is_not_shown():
    rows = (
        Target(kpi="calls", period="2026-09", unit="p1", value=4),
        Target(kpi="calls_connected", period="2026-09", unit="p1", value=2),
    )
    with MemoryStore().snapshot() as reader:
        told = build_report(
            reader,
            as_of=dt.datetime(2026, 9, 30, 9, tzinfo=dt.UTC),
            targets=Targets(rows=rows),
            hierarchy=Hierarchy.flat(["p1"]),
        )
    (message,) = digest(told, ["b"], language="en")
    assert "50.0%" in message.payload["html"]
    assert "– –" not in message.payload["html"]


def test_what_people_typed_cannot_act(report):
    (message,) = digest(report, ["b"], language="en", link="javascript:alert(1)")
    tags = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: tags.append((tag, dict(attributes)))
    parser.feed(message.payload["html"])
    assert "script" not in {tag for tag, _ in tags}
    assert not [attributes for tag, attributes in tags if tag == "a"]


def test_the_subject_is_one_line_in_the_language(report):
    (message,) = digest(report, ["b"], language="en")
    assert message.payload["subject"].startswith("Lead report 2026-09-30 1 of 1 figures are behind")
    assert "\n" not in message.payload["subject"]
