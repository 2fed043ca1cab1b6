"""The most restrictive word about an address decides whether a person may be contacted."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow.errors import InputError
from leadflow.merging import ConsentLedger, MergeStrategy
from leadflow.records import ANY_PURPOSE, Basis, Channel, Consent, ConsentState, Lead, LeadBatch, SourceRecord


def day(number):
    return dt.datetime(2026, 4, number, tzinfo=dt.UTC)


def entry(state, number, *, address="a@example.jp", channel=Channel.EMAIL, **more):
    return Consent(address=address, channel=channel, state=ConsentState(state), at=day(number), **more)


PERSON = Lead(id="L1", email="a@example.jp", phone="+81312345678")
NOW = day(20)


def mailable(*entries, lead=PERSON, purpose="newsletter", others=()):
    return ConsentLedger.of(entries).may_contact(lead, Channel.EMAIL, purpose, now=NOW, others=others)


class TestEmail:
    def test_mail_needs_a_basis(self):
        assert not mailable()
        assert mailable().reason == "no basis is known for email"

    @pytest.mark.parametrize("basis", list(Basis))
    def test_a_given_consent_allows_and_names_its_basis(self, basis):
        answer = mailable(entry("given", 1, basis=basis))
        assert answer.allowed
        assert basis.value.replace("_", " ") in answer.reason

    def test_a_withdrawal_forbids(self):
        answer = mailable(entry("given", 1), entry("withdrawn", 2))
        assert (answer.allowed, answer.reason) == (False, "withdrawn on 2026-04-02")

    def test_an_import_never_overrides_a_withdrawal(self):
        later_import = entry("given", 9, basis=Basis.OPT_IN, source="展示会", act="column opt_in")
        assert not mailable(entry("withdrawn", 2), later_import)

    def test_the_person_alone_can_lift_a_withdrawal_by_opting_in(self):
        again = entry("given", 9, basis=Basis.OPT_IN, actor="self", act="form, box 'mail me'")
        assert mailable(entry("withdrawn", 2), again)
        card = entry("given", 9, basis=Basis.BUSINESS_CARD, actor="self")
        assert not mailable(entry("withdrawn", 2), card)

    def test_at_the_same_moment_the_withdrawal_holds(self):
        given = entry("given", 2, basis=Basis.OPT_IN, actor="self")
        assert not mailable(entry("withdrawn", 2), given)

    @pytest.mark.parametrize(
        "written",
        ["A@Example.JP", "ａ＠ｅｘａｍｐｌｅ．ｊｐ", " a@example.jp ", "a@example.jp.", "<a@example.jp>"],
    )
    def test_a_withdrawal_holds_however_the_address_was_written(self, written):
        assert not mailable(entry("given", 1), entry("withdrawn", 2, address=written))
        assert not mailable(entry("withdrawn", 2), lead=Lead(id="L1", email=written, opt_in=True))
        assert entry("withdrawn", 2, address=written) == entry("withdrawn", 2)

    def test_who_withdraws_one_address_of_a_mailbox_withdraws_them_all(self):
        tagged = "a+news@example.jp"
        assert not mailable(entry("given", 1), entry("withdrawn", 2, address=tagged))
        assert not mailable(entry("withdrawn", 2), lead=Lead(id="L1", email=tagged, opt_in=True))
        assert not mailable(entry("given", 1, address=tagged))
        again = entry("given", 3, basis=Basis.OPT_IN, actor="self")
        assert mailable(entry("withdrawn", 2, address=tagged), again)

    def test_entries_of_the_future_do_not_count_yet(self):
        assert mailable(entry("given", 1), entry("withdrawn", 25))

    def test_purposes_are_apart_and_an_entry_about_all_speaks_of_each(self):
        given = entry("given", 1)
        assert mailable(given, entry("withdrawn", 2, purpose="seminars"))
        assert not mailable(given, entry("withdrawn", 2, purpose="seminars"), purpose="seminars")
        assert not mailable(given, entry("withdrawn", 2), purpose="seminars")
        assert not mailable(entry("given", 1, purpose="seminars"))
        assert not mailable(given, entry("withdrawn", 2, purpose="seminars"), purpose=ANY_PURPOSE)

    def test_another_address_of_the_same_person_forbids_too(self):
        withdrawn = entry("withdrawn", 2, address="old@example.jp")
        assert mailable(entry("given", 1), withdrawn)
        assert not mailable(entry("given", 1), withdrawn, others=["old@example.jp"])

    def test_a_consent_for_another_address_gives_nothing(self):
        assert not mailable(entry("given", 1, address="old@example.jp"), others=["old@example.jp"])

    def test_two_leads_that_share_an_address_share_its_withdrawal(self):
        withdrawn = entry("withdrawn", 2)
        for lead in (PERSON, Lead(id="L2", email="a@example.jp", opt_in=True)):
            assert not mailable(entry("given", 1), withdrawn, lead=lead)

    def test_the_flags_of_the_sources_restrict(self):
        given = entry("given", 1)
        assert not mailable(given, lead=Lead(email="a@example.jp", opt_out_email=True))
        assert not mailable(given, lead=Lead(email="a@example.jp", opt_in=False))
        assert mailable(lead=Lead(email="a@example.jp", opt_in=True))
        assert not mailable(lead=Lead(phone="+81312345678")).allowed


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        "wrong",
        [{"at": dt.datetime(2026, 4, 1)}, {"channel": "email"}, {"state": "given"}, {"basis": "opt_in"}],
    )
    def test_an_entry_of_unclear_moment_channel_state_or_basis(self, wrong):
        right = {
            "address": "a@example.jp",
            "channel": Channel.EMAIL,
            "state": ConsentState.GIVEN,
            "at": day(1),
        }
        with pytest.raises(InputError):
            Consent(**right | wrong)

    @pytest.mark.parametrize(
        ("channel", "now"),
        [("email", NOW), (Channel.EMAIL, dt.datetime(2026, 4, 20))],
    )
    def test_a_question_of_unclear_channel_or_moment(self, channel, now):
        with pytest.raises(InputError):
            ConsentLedger.of([]).may_contact(PERSON, channel, now=now)
        with pytest.raises(InputError):
            ConsentLedger.of([]).allowed(LeadBatch.from_leads([PERSON]), channel, now=now)


class TestPhone:
    def test_silence_is_consent_for_a_call_and_one_withdrawn_number_forbids_it(self):
        ask = ConsentLedger.of(
            [entry("withdrawn", 1, address="+819012345678", channel=Channel.PHONE)]
        ).may_contact
        assert ask(PERSON, Channel.PHONE, now=NOW).reason == "nothing forbids it"
        assert not ask(Lead(phone="+81312345678", mobile="+819012345678"), Channel.PHONE, now=NOW)
        assert not ask(Lead(phone="+81312345678", opt_out_phone=True), Channel.PHONE, now=NOW)


def test_an_unsubscribed_duplicate_makes_the_merged_lead_unmailable():
    records = [
        SourceRecord(
            id="r1", source="MA", observed_at=day(1), values={"email": "a@example.jp", "opt_out_email": True}
        ),
        SourceRecord(
            id="r2", source="CRM", observed_at=day(9), values={"email": "a@example.jp", "opt_in": True}
        ),
    ]
    golden = MergeStrategy.standard().merge(records)
    assert golden.consent == {"opt_in": True, "opt_out_email": True}
    assert not ConsentLedger.of([]).may_contact(golden.lead, Channel.EMAIL, now=NOW)


addresses = st.sampled_from(["a@example.jp", "b@example.jp"])
entries = st.builds(
    Consent,
    address=addresses,
    channel=st.sampled_from([Channel.EMAIL, Channel.PHONE]),
    state=st.sampled_from(ConsentState),
    at=st.integers(1, 25).map(day),
    purpose=st.sampled_from([ANY_PURPOSE, "newsletter", "seminars"]),
    basis=st.sampled_from(Basis),
    actor=st.sampled_from(["self", "leadflow"]),
    source=st.sampled_from("xyz"),
)
leads = st.builds(
    Lead,
    email=st.none() | addresses,
    phone=st.none() | addresses,
    mobile=st.none() | addresses,
    opt_in=st.sampled_from([None, True, False]),
    opt_out_email=st.sampled_from([None, True, False]),
    opt_out_phone=st.sampled_from([None, True, False]),
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(entries, max_size=6),
    st.lists(leads, max_size=4),
    st.sampled_from([Channel.EMAIL, Channel.PHONE]),
    st.sampled_from([ANY_PURPOSE, "newsletter"]),
)
def test_a_batch_is_answered_as_each_lead(said, people, channel, purpose):
    ledger = ConsentLedger.of(said)
    expected = [bool(ledger.may_contact(lead, channel, purpose, now=NOW)) for lead in people]
    assert expected == ledger.allowed(LeadBatch.from_leads(people), channel, purpose, now=NOW).tolist()


@settings(max_examples=100, deadline=None)
@given(st.lists(entries, max_size=6), leads, entries)
def test_a_further_withdrawal_never_allows_more(said, person, further):
    withdrawal = Consent(
        address=further.address, channel=further.channel, state=ConsentState.WITHDRAWN, at=further.at
    )
    before = ConsentLedger.of(said).may_contact(person, Channel.EMAIL, now=NOW)
    after = ConsentLedger.of([*said, withdrawal]).may_contact(person, Channel.EMAIL, now=NOW)
    assert before.allowed or not after.allowed


@pytest.mark.parametrize("written", ["03-1234-5678", "０３（１２３４）５６７８", "TEL: 03 1234 5678"])
def test_a_number_is_withdrawn_however_it_was_written(written):
    ledger = ConsentLedger.of([entry("withdrawn", 2, address=written, channel=Channel.PHONE)])
    assert not ledger.may_contact(PERSON, Channel.PHONE, now=NOW)


@pytest.mark.parametrize(
    "written",
    ["東京都港区芝１－１－２　芝ビル", "東京都港区芝1丁目1番2号 芝ビル", "東京都港区芝1-1-2 芝ビル"],
)
def test_a_letter_is_withdrawn_however_the_address_was_written(written):
    stop = entry("withdrawn", 1, address=written, channel=Channel.POST)
    lead = Lead(address="東京都港区芝1-1-2 芝ビル")
    assert not ConsentLedger.of([stop]).may_contact(lead, Channel.POST, now=NOW)
    assert ConsentLedger.of([stop]).allowed(LeadBatch.from_leads([lead]), Channel.POST, now=NOW).tolist() == [
        False
    ]
    assert ConsentLedger.of([]).may_contact(lead, Channel.POST, now=NOW)
