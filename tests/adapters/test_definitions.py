"""A definition file says everything about a company's rules, and mistakes in it name their line."""

import json

import pytest

import leadflow as lf
from leadflow.adapters.definitions import load_definition
from leadflow.datasets import sample_company
from leadflow.engine import Definition
from leadflow.errors import DefinitionError, UnknownNameError, UnreadableFileError

VALID = """version = "2026-Q2"
accepted_by = ["call_connected"]
hand_over = { state = "stage", in = ["MQL"] }

[scoring]
version = "s1"

[scoring.grade]
fit = [75, 50, 25]
engagement = [75, 50, 25]

[[scoring.fit]]
when = 'title contains any of ["部長"]'
points = 20

[[scoring.engagement]]
kind = "webinar_attended"
points = 20
half_life = "60 days"

[merge]
default = "most_recent"

[merge.fields]
interests = "union"

[organisation]
people = [{ id = "sato" }]
teams = [{ id = "tokyo", members = ["sato"] }]

[routing]
fallback = "tokyo"

[[routing.cuts]]
by = "area"
teams = { tokyo = ["東京都"] }

[[forms]]
name = "contact"
fields = { mail = "email" }
"""


@pytest.fixture
def load(tmp_path):
    """Write a definition and load it."""

    def read(text, name="rules.toml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return load_definition(path)

    return read


def line_of(text, words):
    """Return the line on which the words stand."""
    return next(number for number, line in enumerate(text.splitlines(), start=1) if words in line)


class TestMistakes:
    @pytest.mark.parametrize(
        ("right", "wrong", "words"),
        [
            ('version = "2026-Q2"', "version = 3", "version"),
            ("[scoring.grade]", "[scoring.grades]", "Did you mean"),
            ("points = 20\n\n[[sc", "points = 'many'\n\n[[sc", "points"),
            ("points = 20\n\n[[sc", "pionts = 20\n\n[[sc", "Did you mean 'points'"),
            ("'title contains any of [\"部長\"]'", "'title contains any off [\"部長\"]'", "when"),
            ("fit = [75, 50, 25]", "fit = [25, 50, 75]", "fit"),
            ('half_life = "60 days"', 'half_life = "sixty days"', "half_life"),
            ('default = "most_recent"', 'default = "most_recnt"', "most_recent"),
            ('interests = "union"', 'interests = "unoin"', "union"),
            ('fallback = "tokyo"', "fallback = 3", "fallback"),
            ('by = "area"', 'by = "arae"', "area"),
            ('fields = { mail = "email" }', 'fields = { mail = "e_mail" }', "email"),
            ('name = "contact"', 'nmae = "contact"', "name"),
            ('in = ["MQL"]', 'in = ["MQLL"]', "MQL"),
            ('accepted_by = ["call_connected"]', 'accepted_by = "call_connected"', "list of texts"),
        ],
    )
    def test_each_names_file_line_and_what_was_expected(self, load, right, wrong, words):
        assert VALID.count(right) == 1, right
        text = VALID.replace(right, wrong)
        with pytest.raises(DefinitionError) as caught:
            load(text)
        assert caught.value.message.startswith(f"rules.toml, line {line_of(text, wrong.splitlines()[0])}: $.")
        assert words in caught.value.message
        assert caught.value.path.startswith("$.")

    def test_a_member_who_is_nobody_is_found(self, load):
        text = VALID.replace('members = ["sato"]', 'members = ["saito"]')
        with pytest.raises(UnknownNameError, match=r"Did you mean 'sato'\?") as caught:
            load(text)
        assert caught.value.message.startswith(f"rules.toml, line {line_of(text, '[organisation]')}: ")

    def test_an_unknown_table_suggests_the_near_miss(self, load):
        with pytest.raises(UnknownNameError, match=r"rules.toml, line 3: .*Did you mean 'routing'\?"):
            load('version = "1"\n\n[ruoting]\nfallback = "x"\n')

    def test_toml_that_is_none_names_the_line(self, load):
        with pytest.raises(UnreadableFileError, match=r"rules.toml is not valid TOML.*line 2"):
            load('version = "1"\nrouting = \n')

    def test_bytes_that_are_no_utf_8_are_refused(self, load):
        with pytest.raises(UnreadableFileError, match=r"rules.toml cannot be read as UTF-8"):
            load('version = "第一"'.encode("cp932"))

    def test_a_missing_file_is_named(self, tmp_path):
        with pytest.raises(UnreadableFileError, match=r"no file nothing.toml"):
            load_definition(tmp_path / "nothing.toml")

    def test_a_folder_is_refused(self, tmp_path):
        with pytest.raises(UnreadableFileError):
            load_definition(tmp_path)


class TestOrganisationFile:
    def test_it_is_read_from_beside_the_definition(self, load, tmp_path):
        organisation = {"people": [{"id": "sato"}], "teams": [{"id": "tokyo", "members": ["sato"]}]}
        (tmp_path / "people.json").write_text(json.dumps(organisation), encoding="utf-8")
        assert load('[organisation]\nfile = "people.json"\n').teams.knows("tokyo")

    def test_a_company_that_is_not_named_is_refused(self, load, tmp_path):
        (tmp_path / "people.json").write_text('{"company": {"nme": "甲社"}}', encoding="utf-8")
        with pytest.raises(DefinitionError, match="name"):
            load('[organisation]\nfile = "people.json"\n')

    def test_a_missing_one_is_named(self, load):
        with pytest.raises(UnreadableFileError, match=r"no file people.json"):
            load('[organisation]\nfile = "people.json"\n')

    def test_one_that_is_no_json_is_named_with_its_line(self, load, tmp_path):
        (tmp_path / "people.json").write_text("{\n]", encoding="utf-8")
        with pytest.raises(UnreadableFileError, match=r"people.json is not valid JSON.*line 2"):
            load('[organisation]\nfile = "people.json"\n')

    def test_a_mistake_in_it_names_the_path(self, load, tmp_path):
        organisation = {"people": [{"id": "sato"}], "teams": [{"id": "tokyo", "members": ["saito"]}]}
        (tmp_path / "people.json").write_text(json.dumps(organisation), encoding="utf-8")
        with pytest.raises(DefinitionError, match=r"^people.json: \$.organisation.*'saito'"):
            load('[organisation]\nfile = "people.json"\n')


class TestValid:
    def test_every_table_is_read(self, load):
        definition = load(VALID)
        assert definition.version == "2026-Q2"
        assert definition.scoring.version == "s1"
        assert definition.teams.knows("tokyo")
        assert [form.name for form in definition.forms] == ["contact"]
        assert definition.accepted_by == ("call_connected",)

    def test_a_byte_order_mark_does_no_harm(self, load):
        assert load(b"\xef\xbb\xbf" + VALID.encode()).version == "2026-Q2"

    def test_nothing_is_the_standard(self, load):
        assert load("").scoring == Definition.standard().scoring

    def test_what_is_loaded_makes_a_flow_with_the_same_rules(self, load):
        definition = load(VALID)
        with lf.open_store("memory://") as store:
            flow = definition.flow(store)
            assert (flow.version, flow.routing, flow.teams) == (
                definition.version,
                definition.routing,
                definition.teams,
            )


@pytest.fixture(scope="module")
def definition():
    """The rules of the sample company."""
    return load_definition(sample_company().definition_path)


class TestSample:
    def test_its_parts_survive_a_round_trip_through_data(self, definition):
        again = Definition.from_dict(
            {
                "version": definition.version,
                "merge": definition.merge.to_dict(),
                "scoring": definition.scoring.to_dict(),
                "funnel": definition.funnel.to_dict(),
                "routing": definition.routing.to_dict(),
                "organisation": definition.teams.to_dict(),
            }
        )
        for part in ("version", "merge", "scoring", "funnel", "routing", "teams"):
            assert getattr(definition, part) == getattr(again, part), part

    def test_it_knows_the_company_by_name(self, definition):
        assert definition.company == "葦原計測機工業株式会社"
