"""Lead-to-account matching by the dedupe engine: Japanese spellings, readings, groups, namesakes, and doubt."""

import datetime as dt

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import leadflow as lf
from leadflow.conditions import Population
from leadflow.engine import AccountMatcher
from leadflow.errors import DefinitionError
from leadflow.records import AssignmentState, Lead, LeadBatch
from leadflow.records.batches import to_seconds
from leadflow.routing import Account, AccountBook, Person, RoutingPolicy, Team, Teams, by_account, by_area
from leadflow.testing.strategies import company_names

NUMBER, OTHER = "7000012050002", "8000012010038"
BOOK = AccountBook(
    accounts=[
        Account(
            id="ASH",
            company="葦原重工業株式会社",
            names=("アシハラジュウコウギョウ", "Ashihara Heavy Industries, Ltd."),
            domains=("ashihara-hi.example",),
            corporate_number=NUMBER,
            owner="aoki",
        ),
        Account(id="SALES", company="葦原重工業販売株式会社", parent="ASH"),
        Account(id="TAKA", company="髙島機械株式会社", owner="baba"),
        Account(id="SAI", company="齋藤製作所", owner="chiba"),
        Account(id="FRONT", company="株式会社大和", owner="doi"),
        Account(id="BACK", company="大和株式会社", owner="endo"),
        Account(id="EAST", company="株式会社東光", owner="fujii"),
        Account(id="WEST", company="株式会社東光", domains=("toko-west.example",), owner="goto"),
        Account(id="ASAHI", company="朝日工業株式会社", names=("アサヒコウギョウ",), owner="hata"),
        Account(id="ACME", company="Acme Chemicals Ltd", owner="imai"),
        Account(id="FIRST", company="第一工業1株式会社", owner="jo"),
    ]
)
MATCHER = AccountMatcher.of(BOOK)


@pytest.mark.parametrize(
    ("lead", "account"),
    [
        pytest.param({"company": "㈱葦原重工業"}, "ASH", id="abbreviated form in front"),
        pytest.param({"company": "葦原重工業(株)"}, "ASH", id="abbreviated form behind"),
        pytest.param({"company": "葦原重工業"}, "ASH", id="no form"),
        pytest.param({"company": "葦原重工業（株）関西支社"}, "ASH", id="with its branch"),
        pytest.param({"company": "葦原重工業株式会社 設備部"}, "ASH", id="with a department"),
        pytest.param({"company": "アシハラジュウコウギョウ"}, "ASH", id="its reading"),
        pytest.param({"company": "ｱｼﾊﾗｼﾞｭｳｺｳｷﾞｮｳ(株)"}, "ASH", id="its reading at half width"),
        pytest.param({"company_kana": "アシハラジュウコウギョウ"}, "ASH", id="only the column of readings"),
        pytest.param({"company": "Ashihara Jukogyo K.K."}, "ASH", id="its reading in Latin letters"),
        pytest.param({"company": "ASHIHARA HEAVY INDUSTRIES"}, "ASH", id="its English name"),
        pytest.param(
            {"company_en": "Ashihara Heavy Industries Ltd"}, "ASH", id="the column of English names"
        ),
        pytest.param({"company": "葦原重工業販売㈱"}, "SALES", id="a subsidiary is its own account"),
        pytest.param({"company": "高島機械"}, "TAKA", id="the usual form of a variant character"),
        pytest.param({"company": "斎藤製作所"}, "SAI", id="the new form of an old character"),
        pytest.param({"company": "㈱大和"}, "FRONT", id="the form stands in front"),
        pytest.param({"company": "大和（株）"}, "BACK", id="the form stands behind"),
        pytest.param(
            {"company": "㈱東光", "email": "a@toko-west.example"}, "WEST", id="a namesake by its domain"
        ),
        pytest.param(
            {"company": "葦原重工", "email": "a@ashihara-hi.example"}, "ASH", id="short name and domain"
        ),
        pytest.param({"email": "a@plant.ashihara-hi.example"}, "ASH", id="a subdomain"),
        pytest.param({"company": "なにか", "corporate_number": NUMBER}, "ASH", id="the number decides alone"),
    ],
)
def test_the_account_is_found(lead, account):
    match = MATCHER.match(Lead(**lead))
    assert (match.account and match.account.id) == account


@pytest.mark.parametrize(
    ("lead", "alternatives", "ambiguous"),
    [
        pytest.param({"company": "大和"}, ("BACK", "FRONT"), True, id="two of one name"),
        pytest.param({"company": "株式会社東光"}, ("EAST", "WEST"), True, id="two of one name and form"),
        pytest.param(
            {"company": "㈱大和", "email": "a@toko-west.example"},
            ("FRONT", "WEST"),
            True,
            id="name against domain",
        ),
        pytest.param({"company": "葦原重工業エンジニアリング"}, ("ASH",), False, id="perhaps of the group"),
        pytest.param({"company": "Acme Chem. Ltd"}, ("ACME",), False, id="an abbreviation"),
        pytest.param(
            {"company": "旭工業", "company_kana": "アサヒコウギョウ"},
            ("ASAHI",),
            False,
            id="other characters, same reading",
        ),
    ],
)
def test_doubt_is_said_and_not_decided(lead, alternatives, ambiguous):
    match = MATCHER.match(Lead(**lead))
    assert (match.account, match.alternatives, match.ambiguous) == (None, alternatives, ambiguous)


@pytest.mark.parametrize(
    "lead",
    [
        {"email": "somebody@gmail.com"},
        {"company": "個人", "email": "somebody@docomo.ne.jp"},
        {"company": "日立製作所"},
        {"company": "第一工業2株式会社"},
        {"company": "株式会社"},
        {"company": "葦原重工業", "corporate_number": OTHER},
        {},
    ],
)
def test_nobody_is_found_where_there_is_nobody(lead):
    match = MATCHER.match(Lead(**lead))
    assert (match.account, match.alternatives) == (None, ())


@pytest.mark.parametrize("domain", ["gmail.com", "yahoo.co.jp", "docomo.ne.jp", "https://www.nifty.com/"])
def test_an_account_cannot_own_a_free_mail_domain(domain):
    with pytest.raises(DefinitionError, match="Anybody can have an address"):
        Account(id="A", domains=(domain,))


@given(
    names=st.lists(st.one_of(company_names(), st.sampled_from([a.company for a in BOOK])), max_size=12),
    domains=st.lists(
        st.sampled_from(["ashihara-hi.example", "toko-west.example", "gmail.com", "x.example"]), max_size=12
    ),
)
def test_many_at_once_are_as_one_by_one(names, domains):
    leads = [
        Lead(company=name, email=f"a@{domain}" if domain else None)
        for name, domain in zip(names, [*domains, *[""] * len(names)], strict=False)
    ]
    codes, matches = MATCHER.match_batch(LeadBatch.from_leads(leads))
    alone = AccountMatcher.of(BOOK)
    assert [alone.match(lead) for lead in leads] == [matches[code] for code in codes.tolist()]


@given(name=company_names())
def test_a_spelling_finds_the_account_of_that_name(name):
    book = AccountBook(accounts=[Account(id="A", company=name, owner="x")])
    assert AccountMatcher.of(book).match(Lead(company=name)).account is not None


class TestInTheFlow:
    """A flow with named accounts asks the dedupe engine without being told to."""

    @pytest.fixture
    def flow(self, make_flow):
        teams = Teams(
            teams=[
                Team(id="accounts", members=("aoki", "goto"), supervisor="boss"),
                Team(id="desk", members=("desk1",), supervisor="boss"),
            ],
            people=[Person(id=name) for name in ("aoki", "goto", "desk1", "boss")],
            accounts=AccountBook(
                accounts=[
                    Account(
                        id="ASH",
                        company="葦原重工業株式会社",
                        names=("アシハラジュウコウギョウ",),
                        owner="aoki",
                    ),
                    Account(id="WEST", company="株式会社東光", owner="goto"),
                    Account(id="EAST", company="東光株式会社", owner="aoki"),
                ]
            ),
        )
        policy = RoutingPolicy(cuts=[by_account(), by_area({"desk": ["東京都"]})], fallback="desk")
        with lf.open_store("memory://") as store:
            yield make_flow(store, teams=teams, routing=policy)

    def offer(self, flow, person, at, company):
        decision = flow.capture({"form": "contact", **person(1, 役職="部長"), "会社名": company}, now=at(1))
        return decision.assignment

    def test_the_reading_leads_to_the_account_owner(self, flow, person, at):
        offer = self.offer(flow, person, at, "アシハラジュウコウギョウ㈱")
        assert (offer.owner, offer.reasons[0]) == ("aoki", "account: named account ASH, by company name")

    def test_doubt_goes_by_the_other_rules_and_tells_both_owners(self, flow, person, at):
        offer = self.offer(flow, person, at, "東光")
        assert (offer.owner, [party.id for party in offer.informed]) == ("desk1", ["aoki", "goto"])
        assert "account ambiguous by company name: EAST, WEST" in offer.reasons

    def test_a_resembling_name_tells_the_owner(self, flow, person, at):
        offer = self.offer(flow, person, at, "葦原重工業エンジニアリング")
        assert (offer.owner, [party.id for party in offer.informed]) == ("desk1", ["aoki"])
        assert "account possible by similar company name: ASH" in offer.reasons

    def test_a_replay_can_ask_it_too(self, flow):
        batch = LeadBatch.from_dicts([{"company": "アシハラジュウコウギョウ㈱", "prefecture": "東京都"}])
        leads = Population(batch=batch, as_of=dt.datetime(2026, 9, 1, tzinfo=dt.UTC))
        at = np.array([to_seconds(leads.as_of)])
        desk = attrs.evolve(flow.routing, cuts=flow.routing.cuts[1:])
        found = AccountMatcher.of(flow.teams.accounts).match_batch(batch)
        asked = flow.routing.replay(leads, flow.teams, at=at, before=desk, accounts=found)
        assert (asked.before.to_list(), asked.after.owners.to_list()) == (["desk1"], ["aoki"])

    def test_declining_asks_it_again(self, flow, person, at):
        offer = self.offer(flow, person, at, "アシハラジュウコウギョウ㈱")
        again = flow.decline(offer.id, actor="aoki", now=at(1) + dt.timedelta(hours=1), reason="full")
        assert (again.owner, again.team, again.state) == ("goto", "accounts", AssignmentState.OFFERED)
