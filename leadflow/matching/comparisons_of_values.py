"""Comparisons of plain values: codes, texts, phrases, identifiers, dates, numbers, sets."""

from collections.abc import Callable, Sequence

from leadflow.errors import DefinitionError
from leadflow.matching.comparison import Comparison, another_word, descending, edits, named, same, similar
from leadflow.matching.levels import (
    AllOf,
    Contains,
    Custom,
    Differs,
    Level,
    Overlap,
    Same,
    Shares,
    Similar,
    Within,
)
from leadflow.matching.organisations import abbreviates

__all__ = ["custom", "date", "exact", "identifier", "number", "phrase", "set_of", "source", "text"]


def exact(column: str, *, name: str = "", term_frequency: bool = True, about: str = "") -> Comparison:
    """Compare a column for equality, such as a code or a category.

    Args:
        column: the column.
        name: what explanations call it; the column by default.
        term_frequency: whether rare values weigh more.
        about: what the column is a part of, as in ``Comparison``.

    Example:
        >>> exact("postcode").labels
        ('missing', 'same', 'different')
    """
    return Comparison(
        kind="exact",
        columns=(column,),
        name=named(name, (column,)),
        levels=(same("text", term_frequency=term_frequency, prior=0.9),),
        term_frequency=term_frequency,
        different_prior=0.1,
        about=about,
    )


def source(column: str, *, name: str = "") -> Comparison:
    """Compare which list records are from: a clean list hardly ever has one entity twice.

    Whether that is so is learnt; where lists have duplicates of their own the weight is nearly nothing.

    Example:
        >>> source("source").labels
        ('missing', 'same list', 'different')
    """
    return Comparison(
        kind="source",
        columns=(column,),
        name=named(name, (column,)),
        levels=(Level(label="same list", test=Same("text"), prior=0.5),),
        term_frequency=False,
        different_prior=0.5,
        different_limit=1.0,
    )


def text(
    column: str,
    *,
    levels: Sequence[float] = (0.92, 0.8),
    name: str = "",
    term_frequency: bool = True,
    about: str = "",
) -> Comparison:
    """Compare a short text by Jaro-Winkler similarity.

    Args:
        column: the column.
        levels: thresholds in (0, 1), descending.
        name: what explanations call it; the column by default.
        term_frequency: whether rare values weigh more.
        about: what the column is a part of, as in ``Comparison``.

    Raises:
        DefinitionError: a threshold is not between 0 and 1 or they do not descend.

    Example:
        >>> text("surname").labels
        ('missing', 'same', 'similar (0.92)', 'similar (0.8)', 'different')
    """
    thresholds = descending(levels, column)
    return Comparison(
        kind="text",
        columns=(column,),
        name=named(name, (column,)),
        levels=(
            same("text", term_frequency=term_frequency),
            *(similar("text", threshold) for threshold in thresholds),
        ),
        term_frequency=term_frequency,
        thresholds=thresholds,
        about=about,
    )


def phrase(
    column: str,
    *,
    levels: Sequence[float] = (0.92, 0.8),
    name: str = "",
    term_frequency: bool = True,
    identifies: bool = False,
    about: str = "",
) -> Comparison:
    """Compare a text of several words, in any order, each word weighted by its rarity.

    Args:
        column: the column.
        levels: Jaro-Winkler thresholds in (0, 1), descending.
        name: what explanations call it.
        term_frequency: whether rare texts weigh more.
        identifies: whether the text names the entity, as a title does, so that two of one entity hardly
            ever differ in it entirely; else about every third is expected to, as posts and departments change.
        about: what the column is a part of, as in ``Comparison``.

    Example:
        >>> phrase("title").kind
        'phrase'
    """
    thresholds = descending(levels, column)
    return Comparison(
        kind="title" if identifies else "phrase",
        columns=(column,),
        name=named(name, (column,)),
        levels=(
            same("text", term_frequency=term_frequency),
            Level(label="same words", test=Same("ordered"), agrees=True, prior=0.02),
            Level(
                label="abbreviated",
                test=AllOf((Same("initials"), Custom("ordered", abbreviates, 1.0))),
                agrees=True,
                prior=0.02,
            ),
            Level(
                label="other number",
                test=AllOf((Differs("numerals"), Similar("text", 0.8))),
                prior=0.005,
                highest=-3.0,
            ),
            *((another_word("text"),) if identifies else ()),
            *(similar("text", threshold) for threshold in thresholds[:1]),
            Level(label="contained", test=Contains("tokens"), prior=0.05),
            Level(label="most words", test=Overlap("tokens", 0.5), prior=0.05),
            *(similar("text", threshold) for threshold in thresholds[1:]),
            Level(label="some words", test=Overlap("tokens", 0.2), prior=0.02),
        ),
        term_frequency=term_frequency,
        thresholds=thresholds,
        different_prior=0.03 if identifies else 0.3,
        different_limit=0.08 if identifies else 0.9,
        about=about,
    )


def identifier(column: str, *, name: str = "", term_frequency: bool = True) -> Comparison:
    """Compare a number or code that names one thing, allowing for typing errors.

    Example:
        >>> identifier("member_no").labels
        ('missing', 'same', 'one edit', '2 edits', 'different')
    """
    return Comparison(
        kind="identifier",
        columns=(column,),
        name=named(name, (column,)),
        levels=(
            same("text", term_frequency=term_frequency, prior=0.85),
            edits("text", 1),
            edits("text", 2),
        ),
        term_frequency=term_frequency,
    )


def date(column: str, *, name: str = "", term_frequency: bool = True) -> Comparison:
    """Compare dates: typing errors, then closeness in time.

    Example:
        >>> date("date_of_birth").labels
        ('missing', 'same', 'one edit', 'within a month', 'same day and month', 'within a year', '2 edits', 'different')
    """
    return Comparison(
        kind="date",
        columns=(column,),
        name=named(name, (column,)),
        levels=(
            same("date", term_frequency=term_frequency),
            edits("date", 1),
            Level(label="within a month", test=Within("ordinal", 31), prior=0.03),
            Level(label="same day and month", test=Same("month_day"), prior=0.03),
            Level(label="within a year", test=Within("ordinal", 366), prior=0.02),
            Level(label="2 edits", test=Similar("date", -2.0, "edits"), prior=0.02),
        ),
        term_frequency=term_frequency,
    )


def number(
    column: str, *, levels: Sequence[float] = (0.01, 0.1), name: str = "", term_frequency: bool = True
) -> Comparison:
    """Compare numbers; ``levels`` are the largest differences as shares of the larger number, ascending.

    Example:
        >>> number("capital").labels
        ('missing', 'same', 'within 1%', 'within 10%', 'different')
    """
    thresholds = tuple(float(level) for level in levels)
    if list(thresholds) != sorted(thresholds) or any(level <= 0 for level in thresholds):
        raise DefinitionError(f"The levels of '{column}' must be positive and ascend, got {thresholds}.")
    return Comparison(
        kind="number",
        columns=(column,),
        name=named(name, (column,)),
        levels=(
            same("text", term_frequency=term_frequency),
            *(
                Level(label=f"within {level:.0%}", test=Within("number", level, relative=True))
                for level in thresholds
            ),
        ),
        term_frequency=term_frequency,
        thresholds=thresholds,
        different_prior=0.2,
    )


def set_of(
    column: str, *, levels: Sequence[float] = (0.5,), name: str = "", term_frequency: bool = True
) -> Comparison:
    """Compare sets, such as tags: equal, a large enough overlap by rarity, or anything shared.

    Example:
        >>> set_of("interests").labels
        ('missing', 'same', 'overlap (0.5)', 'something shared', 'different')
    """
    thresholds = descending(levels, column)
    return Comparison(
        kind="set_of",
        columns=(column,),
        name=named(name, (column,)),
        levels=(
            same("text", term_frequency=term_frequency, prior=0.5),
            *(
                Level(label=f"overlap ({threshold:g})", test=Overlap("items", threshold), prior=0.15)
                for threshold in thresholds
            ),
            Level(label="something shared", test=Shares("items"), prior=0.15),
        ),
        term_frequency=term_frequency,
        thresholds=thresholds,
        different_prior=0.2,
    )


def custom(
    column: str,
    function: Callable[[str, str], float],
    *,
    levels: Sequence[float] = (0.9,),
    name: str = "",
    term_frequency: bool = True,
) -> Comparison:
    """Compare a column by a function of two folded texts that is symmetric and larger for closer texts.

    Args:
        column: the column.
        function: takes two texts, returns a number.
        levels: thresholds, descending.
        name: what explanations call it.
        term_frequency: whether rare values weigh more.

    Example:
        >>> custom("code", lambda a, b: float(a[:2] == b[:2]), levels=(1.0,)).labels
        ('missing', 'same', 'at least 1', 'different')
    """
    thresholds = tuple(float(level) for level in levels)
    return Comparison(
        kind="custom",
        columns=(column,),
        name=named(name, (column,)),
        levels=(
            same("text", term_frequency=term_frequency),
            *(
                Level(label=f"at least {threshold:g}", test=Custom("text", function, threshold))
                for threshold in thresholds
            ),
        ),
        term_frequency=term_frequency,
        thresholds=thresholds,
    )
