"""What a comparison is: columns, ordered levels, and what is expected of matches beforehand."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import attrs

from leadflow.errors import DefinitionError
from leadflow.matching.levels import AllOf, AnyOf, Custom, Level, Same, Shares, Similar, Test
from leadflow.matching.wordings import other_word

__all__ = ["Comparison", "Steps", "another_word", "descending", "edits", "named", "same", "similar"]


@attrs.frozen(kw_only=True)
class Steps:
    """Levels that the closeness of one text decides: the same, then one level per step down.

    Attributes:
        feature: the text.
        metric: ``jaro_winkler`` or ``edits``, as of ``Similar``.
        closeness: the least closeness of each level, descending.
    """

    feature: str
    metric: str
    closeness: tuple[float, ...]


@attrs.frozen(kw_only=True)
class Comparison:
    """How one thing about two records is compared.

    Level 0 is "missing", which is neutral; then come the levels in order, and last "different".

    Attributes:
        kind: what the columns hold, a key of ``KINDS``.
        columns: the columns read; an empty name is a part that is not there.
        levels: from the strongest agreement to the weakest.
        name: what explanations call it; unique in a matcher.
        term_frequency: whether rare values weigh more than common ones.
        thresholds: the numbers given as ``levels=``, kept for ``to_dict``.
        different_prior: the share of true matches expected to differ before anything is learnt.
        different_limit: the largest share that may be learnt: people are not each other's duplicates
            because their colleagues' records look alike.
        comparable: what must hold for two values to differ rather than say nothing, such as one script.
        about: what the columns are a part of, such as ``place``: what is said twice about one thing is
            not two pieces of evidence.

    Example:
        >>> from leadflow.matching.comparisons import text
        >>> text("city", levels=(0.9,)).labels
        ('missing', 'same', 'similar (0.9)', 'different')
    """

    kind: str
    columns: tuple[str, ...]
    levels: tuple[Level, ...]
    name: str
    term_frequency: bool = True
    thresholds: tuple[float, ...] = ()
    different_prior: float = 0.05
    different_limit: float = 0.9
    comparable: Test | None = None
    about: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """The label of every level code, "missing" first and "different" last.

        Example:
            >>> from leadflow.matching.comparisons import exact
            >>> exact("state").labels
            ('missing', 'same', 'different')
        """
        return ("missing", *(level.label for level in self.levels), "different")

    @cached_property
    def cutoffs(self) -> Mapping[tuple[str, str], float]:
        """The lowest similarity of interest per feature and metric.

        Example:
            >>> from leadflow.matching.comparisons import text
            >>> text("city", levels=(0.9, 0.8)).cutoffs
            {('text', 'jaro_winkler'): 0.8}
        """
        out: dict[tuple[str, str], float] = {}
        for level in self.levels:
            _lowest(level.test, out)
        return out

    @cached_property
    def steps(self) -> Steps | None:
        """How the closeness of one text alone decides the level, if it does.

        Example:
            >>> from leadflow.matching.comparisons import text
            >>> text("city", levels=(0.9, 0.8)).steps.closeness
            (0.9, 0.8)
        """
        first, *rest = (level.test for level in self.levels)
        if self.comparable is not None or not isinstance(first, Same):
            return None
        closer = [test for test in rest if isinstance(test, Similar) and test.feature == first.feature]
        metrics = {test.metric for test in closer} or {"jaro_winkler"}
        closeness = tuple(test.at_least for test in closer)
        if len(closer) < len(rest) or len(metrics) > 1 or list(closeness) != sorted(closeness, reverse=True):
            return None
        return Steps(feature=first.feature, metric=metrics.pop(), closeness=closeness)

    @cached_property
    def needed(self) -> tuple[tuple[str, ...], ...]:
        """The features of which one group must be there on both sides for two values to differ.

        Example:
            >>> from leadflow.matching.comparisons import text
            >>> text("city").needed
            (('text',),)
        """
        groups = dict.fromkeys(level.test.features() for level in self.levels)
        return tuple(group for group in groups if group)

    def to_dict(self) -> dict[str, object]:
        """Return the comparison as plain data.

        Raises:
            DefinitionError: a custom comparison holds a function, which is not data.

        Example:
            >>> from leadflow.matching.comparisons import text
            >>> text("city").to_dict()["kind"]
            'text'
        """
        if self.kind == "custom":
            raise DefinitionError(f"Comparison '{self.name}' holds a function, which is not data.")
        return {
            "kind": self.kind,
            "columns": list(self.columns),
            "name": self.name,
            "levels": list(self.thresholds),
            "term_frequency": self.term_frequency,
            "about": self.about,
        }


def another_word(feature: str) -> Level:
    """Make the level of two names that share a word while each has one of its own: Acme Foods, Acme Systems.

    However much else they share, it speaks against one entity.

    Example:
        >>> another_word("text").label
        'another word'
    """
    return Level(
        label="another word",
        test=AllOf((AnyOf((Shares("tokens"), Similar(feature, 0.8))), Custom(feature, other_word, 1.0))),
        prior=0.01,
        highest=-2.0,
    )


def _lowest(test: object, out: dict[tuple[str, str], float]) -> None:
    if isinstance(test, Similar):
        key = (test.feature, test.metric)
        out[key] = min(out.get(key, test.at_least), test.at_least)
    elif isinstance(test, AllOf | AnyOf):
        for part in test.tests:
            _lowest(part, out)


def named(name: str, columns: Sequence[str]) -> str:
    """Name a comparison after its columns unless it has a name.

    Example:
        >>> named("", ("city", ""))
        'city'
    """
    return name or "_".join(column for column in columns if column)


def similar(feature: str, threshold: float, *, prior: float = 0.05, label: str = "similar") -> Level:
    """Make a level of Jaro-Winkler similarity.

    Example:
        >>> similar("text", 0.9).label
        'similar (0.9)'
    """
    return Level(
        label=f"{label} ({threshold:g})",
        test=Similar(feature, threshold),
        prior=prior,
        agrees=threshold >= 0.9,  # nearly the same text
    )


def edits(feature: str, most: int, *, prior: float = 0.05) -> Level:
    """Make a level of a few typing errors.

    Example:
        >>> edits("text", 2).label
        '2 edits'
    """
    label = "one edit" if most == 1 else f"{most} edits"
    return Level(label=label, test=Similar(feature, float(-most), "edits"), prior=prior, agrees=most == 1)


def same(feature: str, *, term_frequency: bool, label: str = "same", prior: float = 0.8) -> Level:
    """Make the level of equality.

    Example:
        >>> same("text", term_frequency=False).frequency
        ()
    """
    return Level(
        label=label,
        test=Same(feature),
        agrees=True,
        frequency=(feature,) if term_frequency else (),
        prior=prior,
    )


def descending(levels: Sequence[float], column: str) -> tuple[float, ...]:
    """Check thresholds of similarity.

    Raises:
        DefinitionError: they are not between 0 and 1 or do not descend.

    Example:
        >>> descending([0.9, 0.8], "city")
        (0.9, 0.8)
    """
    thresholds = tuple(float(level) for level in levels)
    if any(not 0.0 < level < 1.0 for level in thresholds) or list(thresholds) != sorted(
        thresholds, reverse=True
    ):
        raise DefinitionError(
            f"The levels of '{column}' must be between 0 and 1 and descend, such as (0.92, 0.8); got {thresholds}."
        )
    return thresholds
