"""What was worked out is given again for the same columns only, and nothing is kept alive for it."""

import gc
import weakref

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from leadflow.reporting.memos import Memo


def refuse(*_):
    raise AssertionError("made again")


class TestOnce:
    def test_the_same_columns_and_an_equal_rest_give_the_same_result(self):
        memo, column = Memo(), np.arange(3)
        made = memo.once("sum", lambda: np.cumsum(column), of=(column,), at=("Tokyo", 1))
        assert made is memo.once("sum", refuse, of=(column,), at=("Tokyo", 1))

    def test_another_column_another_rest_or_another_name_is_made(self):
        memo, column = Memo(), np.arange(3)
        for name, of, at in (
            ("a", (column,), 1),
            ("a", (column.copy(),), 1),
            ("a", (column,), 2),
            ("b", (), 2),
        ):
            made = object()
            assert made is memo.once(name, lambda made=made: made, of=of, at=at)

    def test_what_is_kept_cannot_be_changed(self):
        one, (two, _) = (
            Memo().once("a", lambda: np.arange(3), of=()),
            Memo().once("a", lambda: (np.arange(3), 1), of=()),
        )
        assert [False, False] == [one.flags.writeable, two.flags.writeable]

    def test_columns_are_not_kept_alive(self):
        memo, column = Memo(), np.arange(3)
        memo.once("length", lambda: 3, of=(column,))
        there = weakref.ref(column)
        del column
        gc.collect()
        assert there() is None
        assert memo.once("length", lambda: 4, of=(np.arange(4),)) == 4


class TestGrown:
    @given(
        st.lists(
            st.tuples(st.integers(0, 5), st.sampled_from(["more", "others", "skip", "rest"])), max_size=8
        )
    )
    def test_what_grew_step_by_step_is_what_is_made_of_everything(self, steps):
        memo, rows, since, rest = Memo(), np.empty(0, np.int64), None, 0
        for number, what in steps:
            size, before = len(rows), rows
            rows = np.append(rows, np.arange(number)) if what != "others" else np.arange(number) * 7
            since = (before, size) if what != "others" else None
            rest += what == "rest"
            if what == "skip":
                continue
            found = memo.grown(
                "total",
                lambda old, first, rows=rows: (0 if old is None else old) + int(rows[first:].sum()),
                rows=rows,
                since=since,
                at=rest,
            )
            assert int(rows.sum()) == found

    def test_only_what_came_since_is_looked_at(self):
        memo, few = Memo(), np.arange(3)
        more = np.arange(5)
        memo.grown("last", lambda *_: "of few", rows=few, since=None)
        looked = memo.grown("last", lambda old, first: (old, first), rows=more, since=(few, 3))
        assert ("of few", 3) == looked
