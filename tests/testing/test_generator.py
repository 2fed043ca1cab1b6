"""The generator makes up populations and lists whose truth is known."""

import collections
import datetime as dt
import subprocess
import sys
import unicodedata

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

import leadflow.testing
from leadflow.testing import Noise, generate_population, generate_sample
from leadflow.testing.generator import corporate_number, draw_organisation, render_row, target_rows
from leadflow.testing.generator.dice import Dice
from leadflow.testing.generator.kana import full_width, half_width_kana, hepburn, hiragana
from leadflow.testing.generator.names import GIVEN_NAMES, SURNAMES, draw_name
from leadflow.testing.generator.noise import messy_email, messy_name, messy_phone, mistyped
from leadflow.testing.generator.places import CITIES, draw_site
from leadflow.testing.generator.salesforce import record_id


@pytest.fixture(scope="module")
def population():
    return generate_population(5)


@pytest.fixture(scope="module")
def sample():
    return generate_sample(11, people=400, companies=100)


class TestPopulation:
    def test_equal_seeds_give_equal_populations(self):
        assert generate_population(3, people=80, companies=20) == generate_population(
            3, people=80, companies=20
        )

    def test_other_seeds_give_other_populations(self):
        assert generate_population(3, people=80, companies=20) != generate_population(
            4, people=80, companies=20
        )

    def test_there_are_as_many_people_and_companies_as_asked_for(self, population):
        assert (len(population.people), len(population.companies)) == (2000, 500)

    def test_every_company_has_somebody(self, population):
        assert {c.company_id for c in population.companies} == {lead.company_id for lead in population.leads}

    def test_who_moved_is_one_person_and_two_leads_at_different_companies(self, population):
        by_person = collections.defaultdict(list)
        for lead in population.leads:
            by_person[lead.person_id].append(lead)
        movers = [leads for leads in by_person.values() if len(leads) > 1]
        assert 30 <= len(movers) <= 90
        for leads in movers:
            assert 2 == len({lead.lead_id for lead in leads}) == len({lead.company_id for lead in leads})

    def test_namesakes_in_one_company_are_different_people_with_different_mail(self, population):
        desks = collections.defaultdict(list)
        for lead in population.leads:
            name = population.person(lead).name
            desks[lead.company_id, name.family, name.given].append(lead)
        pairs = [leads for leads in desks.values() if len(leads) > 1]
        assert len(pairs) >= 15
        for leads in pairs:
            assert len(leads) == len({lead.person_id for lead in leads})
            personal = [lead.email for lead in leads if not lead.role_mailbox]
            assert len(personal) == len(set(personal))

    def test_namesakes_have_different_mobiles_and_every_row_of_theirs_gives_one(self, population):
        namesakes = [lead for lead in population.leads if lead.namesake]
        assert len({lead.mobile for lead in namesakes}) == len(namesakes)
        dice = Dice.of(0, "namesakes")
        for lead in namesakes:
            assert render_row(population, lead, dice, noise=Noise(mobile_missing=1.0)).mobile

    def test_a_personal_address_belongs_to_one_person(self, population):
        owners = collections.defaultdict(set)
        for lead in population.leads:
            if not lead.role_mailbox:
                owners[lead.email].add(lead.person_id)
        assert {1} == {len(people) for people in owners.values()}

    def test_frequent_surnames_are_frequent(self, population):
        counts = collections.Counter(person.name.family_kana for person in population.people)
        assert counts["サトウ"] > 5 * max(1, counts["ミヤケ"])

    def test_switchboards_and_shared_mailboxes_occur(self, population):
        phones = collections.Counter(lead.phone for lead in population.leads)
        assert max(phones.values()) > 5
        assert any(lead.role_mailbox for lead in population.leads)

    def test_every_number_is_valid_and_no_subscriber_can_have_the_fixed_ones(self, population):
        for lead in population.leads:
            for digits in filter(None, (lead.phone, lead.mobile)):
                assert phonenumbers.is_valid_number(phonenumbers.parse(digits, "JP"))
            area = population.site(lead).city.area_code
            assert lead.phone.startswith(f"{area}1")

    def test_mail_reaches_nobody(self, population):
        for lead in population.leads:
            local, domain = lead.email.split("@")
            assert domain.endswith(".example") or (domain == "gmail.com" and "_" in local)

    def test_company_names_are_unique_and_so_are_domains(self, population):
        names = [company.core.text for company in population.companies]
        domains = [company.domain for company in population.companies]
        assert (len(names), len(domains)) == (len(set(names)), len(set(domains)))

    def test_one_company_and_one_person_suffice(self):
        assert len(generate_population(0, people=1, companies=1, mover_rate=1.0).leads) == 1


class TestCorporateNumber:
    @given(st.integers(min_value=0, max_value=99_999_999))
    def test_the_check_digit_makes_the_weighted_sum_divisible(self, base):
        # Independent form: check + Σ PnQn must be a multiple of 9.
        digits = [int(d) for d in corporate_number(base)]
        weighted = sum(d * (2 if n % 2 else 1) for n, d in enumerate(reversed(digits[1:])))
        assert (digits[0] + weighted) % 9 == 0

    def test_a_published_number_comes_out(self):
        # 7000012050002 is the National Tax Agency's own number.
        digits = [int(d) for d in "000012050002"]
        weighted = sum(d * (2 if n % 2 else 1) for n, d in enumerate(reversed(digits)))
        assert 9 - weighted % 9 == 7


class TestKana:
    @pytest.mark.parametrize("reading", [kana for _, kana in (*SURNAMES, *GIVEN_NAMES)])
    def test_half_width_is_undone_by_compatibility_normalisation(self, reading):
        assert reading == unicodedata.normalize("NFKC", half_width_kana(reading))

    @pytest.mark.parametrize(
        ("katakana", "latin"),
        [
            ("シンイチ", "shinichi"),
            ("キョウコ", "kyoko"),
            ("ジョウジ", "joji"),
            ("チバ", "chiba"),
            ("イッペイ", "ippei"),
            ("ハッチョウ", "hatcho"),
            ("フジワラ", "fujiwara"),
            ("ヴィア", "via"),
            ("ティス", "tisu"),
        ],
    )
    def test_hepburn_spells_as_on_passports(self, katakana, latin):
        assert latin == hepburn(katakana)

    def test_full_width_and_hiragana_are_undone(self):
        assert unicodedata.normalize("NFKC", full_width("A-1")) == "A-1"
        assert hiragana("ガッコウ") == "がっこう"


class TestNoise:
    def test_without_noise_a_row_says_what_is_true(self, population):
        dice = Dice.of(0, "test")
        for lead in population.leads[:200]:
            row = render_row(population, lead, dice, noise=Noise.none())
            assert row.email == lead.email
            assert row.company == population.company(lead).name
            assert (row.department, row.title) == (lead.department, lead.title)
            assert (lead.phone + lead.extension, lead.mobile) == (
                "".join(filter(str.isdigit, row.phone)),
                row.mobile.replace("-", ""),
            )

    def test_scaling_keeps_probabilities(self):
        assert Noise().scaled(100).email_typo == 1.0

    @given(st.integers(min_value=0), st.text(alphabet="abcdefghijk", min_size=1, max_size=20))
    def test_a_typo_changes_the_length_by_at_most_one(self, seed, text):
        assert abs(len(mistyped(Dice.of(seed, "t"), text)) - len(text)) <= 1

    @given(st.integers(min_value=0))
    def test_a_row_keeps_something_to_reach_the_person_by(self, seed):
        population = generate_population(1, people=30, companies=6)
        dice = Dice.of(seed, "reach")
        row = render_row(
            population, population.leads[seed % 30], dice, noise=Noise(email_missing=1.0, mobile_missing=1.0)
        )
        assert row.mobile or "@" in unicodedata.normalize("NFKC", row.email)

    @given(st.integers(min_value=0))
    def test_fixed_lines_stay_readable(self, seed):
        dice = Dice.of(seed, "phones")
        site = draw_site(dice, dice.pick(CITIES), label="本社")
        text = messy_phone(dice, Noise(phone_typo=0.0), site.phone, area_code=site.city.area_code)
        digits = "".join(filter(str.isdigit, unicodedata.normalize("NFKC", text)))
        assert site.phone[1:] == digits.removeprefix("81").removeprefix("0")

    @given(st.integers(min_value=0))
    def test_a_name_in_one_cell_is_its_parts(self, seed):
        dice = Dice.of(seed, "names")
        whole, family, given_name = messy_name(dice, Noise(romaji=0.0), draw_name(dice, foreign_rate=0.0))
        assert {family, given_name} <= {whole.replace(given_name, "").strip("\u3000 "), given_name, family}
        assert len(family) + len(given_name) <= len(whole) <= len(family) + len(given_name) + 1

    def test_mail_is_damaged_about_as_often_as_stated(self):
        dice = Dice.of(0, "rates")
        missing = sum(
            "@" not in messy_email(dice, Noise(email_wide=0.0), "a.b@c.example") for _ in range(4000)
        )
        assert missing == pytest.approx(4000 * Noise().email_missing, rel=0.15)


class TestOrganisation:
    def test_everybody_but_the_head_reports_to_somebody_named_before(self):
        staff = draw_organisation(1).staff
        seen = set()
        for person in staff:
            assert person.reports_to in seen or person is staff[0]
            seen.add(person.staff_id)

    def test_agents_report_to_supervisors_who_report_to_managers(self):
        staff = {person.staff_id: person for person in draw_organisation(1).staff}
        above = {"agent": "supervisor", "supervisor": "manager"}
        for person in staff.values():
            if person.role in above:
                assert above[person.role] == staff[person.reports_to].role

    def test_there_are_namesakes_absences_and_somebody_who_left(self):
        staff = draw_organisation(1).staff
        assert max(collections.Counter(person.full_name for person in staff).values()) >= 2
        assert sum(bool(person.absences) for person in staff) == 2
        assert sum(bool(person.left) for person in staff) == 1

    def test_area_teams_cover_every_prefecture_once(self):
        prefectures = [p for team in draw_organisation(1).teams for p in team.prefectures]
        assert 47 == len(prefectures) == len(set(prefectures))

    def test_targets_name_units_that_exist(self):
        organisation = draw_organisation(1)
        units = {
            "company",
            *(p.staff_id for p in organisation.staff),
            *(p.department for p in organisation.staff),
        }
        assert {unit for _, _, unit, _ in target_rows(organisation)} <= units


class TestSample:
    def test_equal_seeds_give_equal_files(self, sample):
        again = generate_sample(11, people=400, companies=100)
        assert {n: c for n, c in sample.files.items() if n.endswith(("csv", "json", "jsonl"))} == {
            n: c for n, c in again.files.items() if n.endswith(("csv", "json", "jsonl"))
        }
        assert sample.truth == again.truth

    def test_every_lead_appears_and_usable_rows_are_labelled(self, sample):
        usable = [label for label in sample.labels if label.usable]
        assert {lead.lead_id for lead in sample.population.leads} == {label.lead_id for label in usable}

    def test_labels_agree_with_the_population(self, sample):
        truth = {lead.lead_id: (lead.person_id, lead.company_id) for lead in sample.population.leads}
        for label in sample.labels:
            if label.lead_id:
                assert truth[label.lead_id] == (label.person_id, label.company_id)

    def test_activities_fall_into_the_span_and_the_funnel_narrows(self, sample):
        first, last = (
            dt.datetime.fromisoformat(t) for t in ("2026-04-01T00:00+09:00", "2026-09-30T18:00+09:00")
        )
        assert all(first <= activity.at < last for activity in sample.activities)
        kinds = collections.Counter(activity.kind for activity in sample.activities)
        assert (
            kinds["call"]
            > kinds["call_connected"]
            > kinds["appointment"]
            > kinds["opportunity_created"]
            > kinds["won"]
        )

    def test_people_without_rows_make_lists_without_people(self):
        tiny = generate_sample(0, people=1, companies=1)
        assert len({label.lead_id for label in tiny.labels if label.usable}) == 1


class TestRecordId:
    def test_the_suffix_codes_the_capitals_of_each_five_characters(self):
        identifier = record_id(12_345)
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
        for block in range(3):
            bits = f"{alphabet.index(identifier[15 + block]):05b}"[::-1]
            assert [bit == "1" for bit in bits] == [
                c.isupper() for c in identifier[block * 5 : block * 5 + 5]
            ]

    @given(st.integers(min_value=0, max_value=10**9), st.integers(min_value=0, max_value=10**9))
    def test_different_numbers_have_different_ids(self, a, b):
        assert (a == b) == (record_id(a) == record_id(b))


def test_importing_the_package_loads_neither_numpy_nor_hypothesis():
    code = (
        "import sys, leadflow.testing, leadflow.datasets; print({'numpy', 'hypothesis'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'generate_leeds'"):
        _ = leadflow.testing.generate_leeds
