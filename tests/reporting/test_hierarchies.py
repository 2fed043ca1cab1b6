"""Totals reconcile at every level and on every day, also when somebody moves in mid-quarter."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.errors import DefinitionError, UnknownNameError
from leadflow.reporting import UNASSIGNED, Hierarchy, Move, Unit

FIRST = dt.date(2026, 4, 1)


@st.composite
def hierarchies(draw):
    """A random tree with random moves of people between teams."""
    teams = draw(st.integers(1, 4))
    people = draw(st.integers(1, 6))
    units = [Unit(id="company", name="c", level="company")]
    units += [Unit(id=f"t{n}", name="t", level="team", parent="company") for n in range(teams)]
    units += [
        Unit(id=f"p{n}", name="p", level="person", parent=f"t{draw(st.integers(0, teams - 1))}")
        for n in range(people)
    ]
    moves = [
        Move(
            unit=f"p{draw(st.integers(0, people - 1))}",
            parent=f"t{draw(st.integers(0, teams - 1))}",
            on=FIRST + dt.timedelta(days=draw(st.integers(-3, 12))),
        )
        for _ in range(draw(st.integers(0, 4)))
    ]
    once = {(move.unit, move.on): move for move in moves}
    return Hierarchy(units=tuple(units), moves=tuple(once.values()))


class TestRollUp:
    @given(hierarchies(), st.integers(1, 10), st.integers(0, 2**31))
    def test_every_unit_is_the_sum_of_its_children_and_itself_on_every_day(self, hierarchy, days, seed):
        leaves = np.random.default_rng(seed).integers(0, 9, (len(hierarchy.ids), days)).astype(float)
        total = hierarchy.roll_up(leaves, FIRST)
        place = {unit: row for row, unit in enumerate(hierarchy.ids)}
        for offset in range(days):
            day = FIRST + dt.timedelta(days=offset)
            for unit in hierarchy.ids:
                below = sum(total[place[child], offset] for child in hierarchy.children(unit, day))
                assert leaves[place[unit], offset] + below == total[place[unit], offset]
        assert leaves.sum() == total[place[hierarchy.top]].sum()

    @given(hierarchies())
    def test_the_order_from_the_top_down_has_every_unit_once_below_its_parent(self, hierarchy):
        order = hierarchy.top_down(FIRST)
        assert sorted(hierarchy.ids) == sorted(order)
        for unit, parent in hierarchy.parents(FIRST).items():
            assert order.index(parent) < order.index(unit)

    def test_a_move_in_mid_quarter_leaves_the_past_where_it_was(self):
        units = (
            Unit(id="company", name="c", level="company"),
            Unit(id="a", name="a", level="team", parent="company"),
            Unit(id="b", name="b", level="team", parent="company"),
            Unit(id="p", name="p", level="person", parent="a"),
        )
        moved = Hierarchy(units=units, moves=(Move(unit="p", parent="b", on=dt.date(2026, 4, 3)),))
        leaves = np.zeros((5, 4))
        leaves[3] = 1
        assert [[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 1, 1]] == moved.roll_up(leaves, FIRST)[:3].tolist()


class TestOrganisation:
    """The hierarchy of an organisation as routing takes it."""

    def test_members_belong_to_the_first_team_that_names_them_unless_they_name_one(self):
        company = Hierarchy.from_organisation(
            {
                "departments": [{"id": "sales", "name": "営業部"}],
                "teams": [
                    {"id": "east", "department": "sales", "members": ["sato", "doi"]},
                    {"id": "west", "department": "sales", "members": ["sato", "mori"]},
                ],
                "people": [
                    {"id": "sato"},
                    {"id": "mori"},
                    {"id": "doi", "team": "west"},
                    {"id": "boss", "department": "sales"},
                ],
            }
        )
        above = company.parents(FIRST)
        assert {"sato": "east", "mori": "west", "doi": "west", "boss": "sales"} == {
            name: above[name] for name in ("sato", "mori", "doi", "boss")
        }


class TestRefusals:
    def test_a_circle_is_refused(self):
        units = (
            Unit(id="top", name="", level="company"),
            Unit(id="a", name="", level="team", parent="b"),
            Unit(id="b", name="", level="team", parent="a"),
        )
        with pytest.raises(DefinitionError, match="circle"):
            Hierarchy(units=units)

    def test_a_circle_without_a_top_is_refused_as_one(self):
        units = (
            Unit(id="a", name="a", level="team", parent="b"),
            Unit(id="b", name="b", level="team", parent="a"),
        )
        with pytest.raises(DefinitionError, match="circle"):
            Hierarchy(units=units)

    def test_a_circle_that_a_move_makes_is_refused(self):
        units = (
            Unit(id="top", name="", level="company"),
            Unit(id="a", name="", level="team", parent="top"),
            Unit(id="b", name="", level="team", parent="a"),
        )
        with pytest.raises(DefinitionError, match="circle"):
            Hierarchy(units=units, moves=(Move(unit="a", parent="b", on=FIRST),))

    def test_an_unknown_parent_suggests_the_near_miss(self):
        units = (Unit(id="top", name="", level="company"), Unit(id="a", name="", level="team", parent="tpo"))
        with pytest.raises(UnknownNameError, match="'top'"):
            Hierarchy(units=units)

    @pytest.mark.parametrize("parents", [("", ""), ("b", "a")])
    def test_there_is_exactly_one_top(self, parents):
        units = tuple(
            Unit(id=name, name="", level="team", parent=parent)
            for name, parent in zip("ab", parents, strict=True)
        )
        with pytest.raises(DefinitionError, match="expected exactly one"):
            Hierarchy(units=units)

    def test_two_units_of_one_id_are_refused(self):
        unit = Unit(id="a", name="", level="company")
        with pytest.raises(DefinitionError, match="twice"):
            Hierarchy(units=(unit, unit))

    def test_an_organisation_of_another_shape_is_refused_with_its_place(self):
        with pytest.raises(DefinitionError) as caught:
            Hierarchy.from_organisation({"people": [{"name": "x"}]})
        assert "$.people[0]" == caught.value.path

    def test_an_id_that_is_no_text_is_refused_with_its_place(self):
        with pytest.raises(DefinitionError, match=r"\$\.people\[0\].*text"):
            Hierarchy.from_organisation({"people": [{"id": 7, "name": "x"}]})

    @pytest.mark.parametrize(("unit", "parent"), [("q", "a"), ("p", "q")])
    def test_a_move_of_or_to_nobody_is_refused(self, unit, parent):
        move = Move(unit=unit, parent=parent, on=FIRST)
        with pytest.raises(UnknownNameError, match="no unit 'q', which a move names"):
            Hierarchy(units=Hierarchy.flat(["a", "p"]).units, moves=(move,))

    def test_nobody_moves_twice_on_one_day(self):
        company = Hierarchy.flat(["a", "b", "p"])
        moves = tuple(Move(unit="p", parent=parent, on=FIRST) for parent in ("a", "b"))
        with pytest.raises(DefinitionError, match=f"'p' 2 times on {FIRST}"):
            Hierarchy(units=company.units, moves=moves)

    def test_the_id_of_what_nobody_did_is_kept(self):
        with pytest.raises(DefinitionError, match="kept for"):
            Hierarchy.flat([UNASSIGNED])

    def test_what_nobody_did_has_a_unit_below_the_top(self):
        assert (UNASSIGNED, "company") == Hierarchy.flat(["p"]).path(UNASSIGNED, FIRST)
