"""The report page in a real browser: no errors, no network, no overflow, both languages, dark, phone and print."""

import base64
import contextlib
import datetime as dt
import functools
import hashlib
import itertools
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import pytest

from leadflow.adapters.digest import digest
from leadflow.adapters.memory import MemoryStore
from leadflow.records import (
    Activity,
    ActivityLog,
    Assignment,
    GoldenBatch,
    LeadBatch,
    StageHistory,
    StageInterval,
)
from leadflow.reporting import Hierarchy, Target, Targets, Unit, build_report, render_html

pytestmark = pytest.mark.xdist_group("browser")

AT = dt.datetime(2026, 9, 1, 3, tzinfo=dt.UTC)
NASTY = "</span><script>document.title='owned'</script>\"'><img src=x onerror=\"document.title='owned'\">"


def chromium():
    """The browser's path; without one the test fails, since the page would go unchecked."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert found is not None, "No Chromium was found, so the report was not checked: apt-get install chromium"
    return found


@functools.cache
def built():
    """A report whose every text that people type tries to break out."""
    store = MemoryStore()
    ids = [f"L{n}" for n in range(60)]
    with store.session() as session:
        rows = [{"company": NASTY, "campaign": NASTY, "amount": 900_000_000, "employees": 3} for _ in ids]
        session.put_leads(GoldenBatch(leads=LeadBatch.from_dicts(rows, ids=ids), winners={}, rules={}))
        stays = [
            (
                StageInterval(stage="Lead", entered_at=AT, left_at=AT),
                StageInterval(stage="MQL", entered_at=AT),
            )
            for _ in ids
        ]
        session.put_histories([StageHistory(lead_id=i, intervals=s) for i, s in zip(ids, stays, strict=True)])
        session.add_activities(
            ActivityLog.of(
                Activity(
                    lead_id=i, kind="call", at=AT + dt.timedelta(hours=9 * n), attributes={"by": f"p{n % 5}"}
                )
                for n, i in enumerate(ids)
            )
        )
        session.put_assignments(
            [
                Assignment(id=i, lead_id=i, owner=f"p{n % 5}", team=NASTY, offered_at=AT, deadline=AT)
                for n, i in enumerate(ids)
            ]
        )
        session.put_document(
            "imports",
            {"x": {"source": NASTY, "read": 3, "rejected": 1, "accepted": 2, "reject_reasons": {NASTY: 1}}},
        )
    units = (
        Unit(id="company", name=NASTY, level="company"),
        Unit(id="t", name=NASTY, level="team", parent="company"),
        *(Unit(id=f"p{n}", name=f"{NASTY}{n}", level="person", parent="t") for n in range(5)),
    )
    targets = Targets(
        rows=(
            *(Target(kpi="calls", period="2026-09", unit=f"p{n}", value=40) for n in range(5)),
            Target(kpi="mql_amount", period="2026-09", unit="company", value=1e9),
        )
    )
    with store.snapshot() as reader:
        return build_report(
            reader,
            as_of=dt.datetime(2026, 9, 30, 9, tzinfo=dt.UTC),
            targets=targets,
            hierarchy=Hierarchy(units=units),
        )


class Tab:
    """A page of a headless browser, spoken to through its debugging port."""

    def __init__(self, address):
        host, path = address.removeprefix("ws://").split("/", 1)
        name, port = host.split(":")
        self.socket = socket.create_connection((name, int(port)), timeout=20)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = (
            f"GET /{path} HTTP/1.1",
            f"Host: {host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
        )
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.stream = self.socket.makefile("rb")
        answer = base64.b64encode(
            hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()  # noqa: S324  # the protocol's
        ).decode()
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.stream.readline()
        assert answer in head.decode()
        self.number = 0
        self.events = []

    def ask(self, method, **params):
        self.number += 1
        data = json.dumps({"id": self.number, "method": method, "params": params}).encode()
        mask = os.urandom(4)
        size = len(data)
        head = b"\x81" + (
            bytes([0x80 | size])
            if size < 126
            else struct.pack(">BH", 0xFE, size)
            if size < 65536
            else struct.pack(">BQ", 0xFF, size)
        )
        self.socket.sendall(head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))
        while True:
            answer = json.loads(self.receive())
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def receive(self):
        whole = b""
        while True:
            first, second = self.stream.read(2)
            size = second & 0x7F
            if size == 126:
                size = struct.unpack(">H", self.stream.read(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", self.stream.read(8))[0]
            whole += self.stream.read(size)
            if first & 0x80:
                return whole

    def value(self, script):
        answer = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def close(self):
        self.stream.close()
        self.socket.close()


@contextlib.contextmanager
def browser(folder):
    process = subprocess.Popen(
        [
            chromium(),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            f"--user-data-dir={folder}",
            "--remote-debugging-port=0",
            "about:blank",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        noted = Path(folder, "DevToolsActivePort")
        until = time.monotonic() + 30
        while not (noted.exists() and noted.read_text().strip()):
            assert process.poll() is None, "Chromium ended before it was ready"
            assert time.monotonic() < until, "Chromium was not ready within 30 seconds"
            time.sleep(0.05)
        port = noted.read_text().split()[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=10) as answer:
            (address,) = [one["webSocketDebuggerUrl"] for one in json.load(answer) if one["type"] == "page"][
                :1
            ]
        tab = Tab(address)
        yield tab
        tab.close()
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    file = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(
        render_html(built(), language="ja", lead_url="https://crm.example/lead/{id}"), encoding="utf-8"
    )
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, browser(folder) as opened:
        for domain in ("Page", "Runtime", "Log", "Network"):
            opened.ask(f"{domain}.enable")
        go(opened, file)
        yield opened


def go(tab, file):
    tab.ask("Page.navigate", url=file.as_uri())
    until = time.monotonic() + 20
    while tab.value(f"document.readyState === 'complete' && location.href === '{file.as_uri()}'") is not True:
        assert time.monotonic() < until, "the page did not load within 20 seconds"
        time.sleep(0.05)


def seen(tab, width, script):
    tab.ask(
        "Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 600
    )
    return tab.value(script)


def test_the_console_is_silent_and_nothing_is_fetched(tab):
    tab.value("1")
    noisy = {"Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"}
    assert [] == [event for event in tab.events if event["method"] in noisy]
    asked = [e["params"]["request"]["url"] for e in tab.events if e["method"] == "Network.requestWillBeSent"]
    assert {"file", "data"} >= {url.split(":")[0] for url in asked}


def test_it_opens_in_less_than_a_second(tab):
    took = tab.value("performance.getEntriesByType('navigation')[0].loadEventEnd")
    assert 0 < took < 1000


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_the_page_never_scrolls_sideways(tab, width):
    assert 0 >= seen(
        tab, width, "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


def test_a_long_name_leaves_a_phone_room_for_the_figures(tab):
    tab.value("document.querySelectorAll('details').forEach(e=>e.open=true)")
    widest = (
        "Math.max(...[...document.querySelectorAll('th[scope=row]')].map(e=>e.getBoundingClientRect().width))"
    )
    assert 100 < seen(tab, 360, widest) < 200
    tab.value("document.querySelectorAll('details').forEach(e=>e.open=false)")


def test_what_people_typed_is_text_and_never_acts(tab):
    assert "owned" not in tab.value("document.title.split('営業レポート')[1] || ''")
    assert 1 == tab.value("document.querySelectorAll('script').length")
    assert 0 == tab.value("document.querySelectorAll('img,iframe,object,embed,link[rel=stylesheet]').length")


def test_one_language_is_seen_at_a_time_and_the_switch_changes_it(tab):
    shown = "[...document.querySelectorAll('[lang=%s]')].filter(e=>e!==document.documentElement&&e.checkVisibility()).length"
    assert 0 == tab.value(shown % "en")
    assert tab.value(shown % "ja") > 50
    tab.value("document.querySelector('[data-set-lang=en]').click()")
    assert 0 == tab.value(shown % "ja")
    assert tab.value(shown % "en") > 50
    assert "en" == tab.value("document.documentElement.lang")
    tab.value("document.querySelector('[data-set-lang=ja]').click()")


def test_tables_headings_and_drawings_are_there_for_screen_readers(tab):
    assert 0 == tab.value("document.querySelectorAll('th:not([scope])').length")
    assert 0 == tab.value("document.querySelectorAll('table:not(:has(caption))').length")
    assert 0 == tab.value(
        "[...document.querySelectorAll('svg')].filter(e=>!e.closest('[role=img][aria-label]')).length"
    )
    assert tab.value("document.querySelectorAll('svg').length") >= 6
    levels = tab.value("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(e=>+e.tagName[1])")
    assert (1, 1) == (levels[0], levels.count(1))
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    regions = "[...document.querySelectorAll('[role=region]')].map(e=>e.getAttribute('aria-label'))"
    assert tab.value(f"new Set({regions}).size === {regions}.length")
    ids = "[...document.querySelectorAll('[id]')].map(e=>e.id)"
    assert tab.value(f"new Set({ids}).size === {ids}.length")
    missing = "[...document.querySelectorAll('a[href^=\"#\"]')].filter(e=>!document.getElementById(e.hash.slice(1))).length"
    assert 0 == tab.value(missing)


def test_a_lead_is_a_link_to_its_page(tab):
    assert tab.value("document.querySelector('#overdue a').href").startswith("https://crm.example/lead/L")


CONTRAST = """(() => {
  const rgb = c => c.match(/[\\d.]+/g).map(Number);
  const light = c => { const v = c.slice(0,3).map(x => { x /= 255; return x <= .03928 ? x/12.92 : ((x+.055)/1.055)**2.4 });
    return .2126*v[0]+.7152*v[1]+.0722*v[2] };
  const behind = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c } return [255,255,255] };
  let worst = 99;
  for (const e of document.querySelectorAll('p,td,th,li span,caption,summary,h1,h2,h3,a,button')) {
    if (!e.checkVisibility() || !e.textContent.trim()) continue;
    const a = light(rgb(getComputedStyle(e).color)), b = light(behind(e));
    worst = Math.min(worst, (Math.max(a,b)+.05)/(Math.min(a,b)+.05)) }
  return worst })()"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_a_contrast_of_at_least_four_and_a_half(tab, scheme):
    tab.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    assert tab.value(CONTRAST) >= 4.5
    tab.ask("Emulation.setEmulatedMedia", features=[])


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_table_is_cut_off_on_paper(tab, language):
    tab.value(f"document.querySelector('[data-set-lang={language}]').click()")
    tab.ask("Emulation.setEmulatedMedia", media="print")
    tab.value("window.dispatchEvent(new Event('beforeprint'))")
    across = 688  # pixels between the margins of an A4 page
    ends = "Math.max(...[...document.querySelectorAll('table')].map(e=>e.getBoundingClientRect().right))"
    assert across >= seen(tab, across, ends) > 600
    tab.value("window.dispatchEvent(new Event('afterprint'))")
    tab.ask("Emulation.setEmulatedMedia", media="")
    tab.value("document.querySelector('[data-set-lang=ja]').click()")


def test_it_prints_on_a_few_pages_without_the_switch(tab):
    printed = base64.b64decode(tab.ask("Page.printToPDF", paperWidth=8.27, paperHeight=11.69)["data"])
    assert printed.startswith(b"%PDF")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) <= 20
    tab.ask("Emulation.setEmulatedMedia", media="print")
    assert "none" == tab.value("getComputedStyle(document.querySelector('.switch')).display")
    shut = "document.querySelectorAll('details:not([open])').length"
    before = tab.value(shut)
    assert before > 3
    tab.value("window.dispatchEvent(new Event('beforeprint'))")
    assert 0 == tab.value(shut)
    tab.value("window.dispatchEvent(new Event('afterprint'))")
    assert before == tab.value(shut)
    tab.ask("Emulation.setEmulatedMedia", media="")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_digest_never_scrolls_sideways_on_a_phone(tab, tmp_path, language):
    file = tmp_path / "digest.html"
    file.write_text(digest(built(), ["b@example.jp"], language=language)[0].payload["html"], encoding="utf-8")
    go(tab, file)
    sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    tab.ask("Emulation.setDeviceMetricsOverride", width=360, height=800, deviceScaleFactor=1, mobile=False)
    assert 0 >= tab.value(sideways)
    assert 1 == tab.value("document.querySelectorAll('table').length")
