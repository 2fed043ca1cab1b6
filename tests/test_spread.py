"""Large inputs are shared with helpers: the result is that of one process, whatever becomes of the helpers."""

import importlib
import os
import sys

import numpy as np
import pytest

import leadflow as lf
from leadflow.accelerate import HELPERS, HelperLostError, spread
from leadflow.adapters import helpers
from leadflow.capture import importing
from leadflow.columns import Column
from leadflow.matching import column_pieces
from leadflow.records.tables import Table
from leadflow.testing import generate_leads_table

LARGE = 100_000


@pytest.fixture
def two_helpers(monkeypatch):
    monkeypatch.setenv("LEADFLOW_HELPERS", "2")


WORK = r'''
import os, signal, sys, time

def late(value):
    """Take long enough for helpers to come."""
    time.sleep(0.3)
    return value, os.getpid()


def refused(value):
    raise ValueError(value)


def killed(value, whose):
    """Die in a helper; at home return."""
    if os.getpid() != whose:
        os.kill(os.getpid(), signal.SIGKILL)
    return value


def unpicklable(value):
    return value, (lambda: None)


def printed(value):
    sys.stdout.write(f"{value}\n")
    sys.stdout.flush()
    return value
'''


@pytest.fixture
def work(tmp_path, monkeypatch):
    """A module of work that a helper can load too."""
    (tmp_path / "work_of_a_test.py").write_text(WORK, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("work_of_a_test")
    del sys.modules["work_of_a_test"]


@pytest.mark.usefixtures("two_helpers")
def test_helpers_do_a_part_and_the_answers_come_in_order(work):
    answers = spread([(work.late, (n,)) for n in range(12)], size=LARGE)
    assert [*range(12)] == [value for value, _ in answers]
    assert os.getpid() in {process for _, process in answers}
    assert len({process for _, process in answers}) > 1


@pytest.mark.usefixtures("two_helpers")
def test_small_inputs_are_done_here(work):
    assert {os.getpid()} == {process for _, process in spread([(work.late, (n,)) for n in range(4)], size=1)}


@pytest.mark.usefixtures("two_helpers")
def test_what_is_wrong_with_a_piece_is_told_here(work):
    with pytest.raises(ValueError, match="this one"):
        spread([*((work.late, (n,)) for n in range(6)), (work.refused, ("this one",))], size=LARGE)


@pytest.mark.usefixtures("two_helpers")
def test_nothing_is_lost_with_a_helper(work):
    pieces = [*((work.late, (n,)) for n in range(6)), *((work.killed, (n, os.getpid())) for n in range(6))]
    answers = spread(pieces, size=LARGE)
    assert [*range(6)] == [value for value, _ in answers[:6]]
    assert [*range(6)] == answers[6:]


@pytest.mark.usefixtures("two_helpers")
def test_what_cannot_be_handed_over_or_back_is_done_here(work):
    pieces = [*((work.late, (n,)) for n in range(4)), (work.unpicklable, (7,)), (len, ((lambda: None, 1),))]
    answers = spread(pieces, size=LARGE)
    assert (7, 2) == (answers[4][0], answers[5])


def test_what_a_piece_prints_is_no_answer(work):
    with helpers.start([work.printed]) as helper:
        assert ["a", "b"] == [helper((work.printed, (text,))) for text in "ab"]


def test_arrays_come_back_as_they_were():
    with helpers.start([Column.of]) as helper:
        column = helper((Column.of, (["a", "b", "a"],)))
        assert not column.codes.flags.writeable
        assert helper((np.zeros, (3,))).flags.writeable


@pytest.mark.usefixtures("two_helpers")
@pytest.mark.parametrize("program", ["", "/nowhere/python3", "/usr/bin/embedding", "/bin/false"])
def test_where_no_helper_can_be_started_everything_is_done_here(monkeypatch, program):
    monkeypatch.setattr(sys, "executable", program)
    assert [2, 3] == spread([(len, ("ab",)), (len, ("abc",))], size=LARGE)
    if program != "/bin/false":
        with pytest.raises(HelperLostError), helpers.start([len]):
            pass


@pytest.mark.parametrize("told", ["0", "none", ""])
def test_how_many_helpers_may_be_told(monkeypatch, told):
    monkeypatch.setenv("LEADFLOW_HELPERS", told)
    assert (HELPERS.most() == 0) == (told == "0" or (os.cpu_count() or 1) == 1)


def of_a_list(table):
    """Everything that reading and finding duplicates in a list gives."""
    imported = lf.read_leads(table, source="展示会")
    found = lf.Matcher.for_leads().fit(Table.of(imported.batch), seed=3)
    result = found.dedupe(imported.batch)
    columns = {name: column.to_list() for name, column in imported.batch.columns.items()}
    invalid = [(item.row, item.column, item.reason) for item in imported.report.invalid]
    return (
        [*columns.items()],
        invalid,
        imported.report.to_dict(),
        found.to_dict(),
        result.cluster_ids.tolist(),
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_a_list_is_read_and_matched_the_same_by_helpers(monkeypatch, seed):
    table, _ = generate_leads_table(seed, 600)
    alone = of_a_list(table)
    sizes = []

    def all_by_a_helper(pieces, *, size):
        sizes.append(size)
        with helpers.start([function for function, _ in pieces]) as helper:
            return [helper(piece) for piece in pieces]

    monkeypatch.setattr(importing, "spread", all_by_a_helper)
    monkeypatch.setattr(column_pieces, "spread", all_by_a_helper)
    assert alone == of_a_list(table)
    assert len(sizes) == 2


def test_what_a_helper_encodes_is_writable_where_what_is_encoded_here_is(monkeypatch):
    table, _ = generate_leads_table(4, 300)
    batch = lf.read_leads(table, source="展示会").batch
    matcher = lf.Matcher.for_leads()
    pieces = []

    def noted(given, *, size):
        pieces.extend(given[:size])
        return [function(*arguments) for function, arguments in given]

    monkeypatch.setattr(column_pieces, "spread", noted)
    matcher.fit(Table.of(batch), seed=3)
    assert pieces
    with helpers.start([function for function, _ in pieces]) as helper:
        for function, arguments in pieces:
            for here, there in zip(function(*arguments), helper((function, arguments)), strict=True):
                assert {name: array.flags.writeable for name, array in arrays_of(here)} == {
                    name: array.flags.writeable for name, array in arrays_of(there)
                }


def arrays_of(found):
    """The arrays of what was derived, by name."""
    for name in ("rows", "codes", "hashes"):
        if (array := getattr(found, name, None)) is not None and not callable(array):
            yield name, array
    for name, feature in getattr(found, "features", {}).items():
        yield f"{name} codes", feature.codes
        if feature.numbers is not None:
            yield f"{name} numbers", feature.numbers
