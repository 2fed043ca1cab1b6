"""The comparisons to choose from: each says which columns are compared, and on which levels.

``from leadflow.matching import comparisons as c`` and name what the columns hold:
``c.person_name("given_name", "surname")``, ``c.date("date_of_birth")``, ``c.exact("postcode")``.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Literal

import attrs

from leadflow.errors import DefinitionError, near_miss
from leadflow.matching.features import KINDS
from leadflow.matching.levels import (
    AllOf,
    AnyOf,
    Contains,
    Crossed,
    Custom,
    Differs,
    Level,
    Overlap,
    Same,
    Shares,
    Similar,
    Known,
    Test,
    Unknown,
    Within,
)
from leadflow.matching.organisations import abbreviates

__all__ = [
    "Comparison",
    "address",
    "company",
    "corporate_number",
    "custom",
    "date",
    "email",
    "exact",
    "from_dict",
    "identifier",
    "number",
    "person_name",
    "phone",
    "phrase",
    "postal_code",
    "set_of",
    "source",
    "text",
    "url",
]

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

    Example:
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

    @property
    def labels(self) -> tuple[str, ...]:
        """The label of every level code, "missing" first and "different" last.

        Example:
            >>> exact("state").labels
            ('missing', 'same', 'different')
        """
        return ("missing", *(level.label for level in self.levels), "different")

    @property
    def cutoffs(self) -> Mapping[tuple[str, str], float]:
        """The lowest similarity of interest per feature and metric.

        Example:
            >>> text("city", levels=(0.9, 0.8)).cutoffs
            {('text', 'jaro_winkler'): 0.8}
        """
        out: dict[tuple[str, str], float] = {}
        for level in self.levels:
            _lowest(level.test, out)
        return out

    def to_dict(self) -> dict[str, object]:
        """Return the comparison as plain data.

        Raises:
            DefinitionError: a custom comparison holds a function, which is not data.

        Example:
            >>> from_dict(text("city").to_dict()) == text("city")
            True
        """
        if self.kind not in _MAKERS:
            raise DefinitionError(
                f"Comparison '{self.name}' holds a function, which is not data: pass it to from_dict(functions=…)."
                if self.kind == "custom"
                else f"Comparison '{self.name}' is of the unknown kind '{self.kind}'."
            )
        return {
            "kind": self.kind,
            "columns": list(self.columns),
            "name": self.name,
            "levels": list(self.thresholds),
            "term_frequency": self.term_frequency,
        }


def _lowest(test: object, out: dict[tuple[str, str], float]) -> None:
    if isinstance(test, Similar):
        key = (test.feature, test.metric)
        out[key] = min(out.get(key, test.at_least), test.at_least)
    elif isinstance(test, AllOf | AnyOf):
        for part in test.tests:
            _lowest(part, out)


def _named(name: str, columns: Sequence[str]) -> str:
    return name or "_".join(column for column in columns if column)


def _similar(feature: str, threshold: float, *, prior: float = 0.05, label: str = "similar") -> Level:
    return Level(
        label=f"{label} ({threshold:g})", test=Similar(feature, threshold), prior=prior, agrees=threshold >= 0.9  # noqa: PLR2004  # nearly the same text
    )


def _edits(feature: str, most: int, *, prior: float = 0.05) -> Level:
    label = "one edit" if most == 1 else f"{most} edits"
    return Level(label=label, test=Similar(feature, float(-most), "edits"), prior=prior, agrees=most == 1)


def _same(feature: str, *, term_frequency: bool, label: str = "same", prior: float = 0.8) -> Level:
    return Level(
        label=label, test=Same(feature), agrees=True, frequency=(feature,) if term_frequency else (), prior=prior
    )


def exact(column: str, *, name: str = "", term_frequency: bool = True) -> Comparison:
    """Compare a column for equality, such as a code or a category.

    Example:
        >>> exact("postcode").labels
        ('missing', 'same', 'different')
    """
    return Comparison(
        kind="exact",
        columns=(column,),
        name=_named(name, (column,)),
        levels=(_same("text", term_frequency=term_frequency, prior=0.9),),
        term_frequency=term_frequency,
        different_prior=0.1,
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
        name=_named(name, (column,)),
        levels=(Level(label="same list", test=Same("text"), prior=0.5),),
        term_frequency=False,
        different_prior=0.5,
        different_limit=1.0,
    )


def text(
    column: str, *, levels: Sequence[float] = (0.92, 0.8), name: str = "", term_frequency: bool = True
) -> Comparison:
    """Compare a short text by Jaro-Winkler similarity.

    Args:
        column: the column.
        levels: thresholds in (0, 1), descending.
        name: what explanations call it; the column by default.
        term_frequency: whether rare values weigh more.

    Raises:
        DefinitionError: a threshold is not between 0 and 1 or they do not descend.

    Example:
        >>> text("surname").labels
        ('missing', 'same', 'similar (0.92)', 'similar (0.8)', 'different')
    """
    thresholds = _descending(levels, column)
    return Comparison(
        kind="text",
        columns=(column,),
        name=_named(name, (column,)),
        levels=(
            _same("text", term_frequency=term_frequency),
            *(_similar("text", threshold) for threshold in thresholds),
        ),
        term_frequency=term_frequency,
        thresholds=thresholds,
    )


def phrase(
    column: str,
    *,
    levels: Sequence[float] = (0.92, 0.8),
    name: str = "",
    term_frequency: bool = True,
    identifies: bool = False,
) -> Comparison:
    """Compare a text of several words, in any order, each word weighted by its rarity.

    Args:
        column: the column.
        levels: Jaro-Winkler thresholds in (0, 1), descending.
        name: what explanations call it.
        term_frequency: whether rare texts weigh more.
        identifies: whether the text names the entity, as a title does, so that two of one entity hardly
            ever differ in it entirely.

    Example:
        >>> phrase("title").kind
        'phrase'
    """
    thresholds = _descending(levels, column)
    return Comparison(
        kind="title" if identifies else "phrase",
        columns=(column,),
        name=_named(name, (column,)),
        levels=(
            _same("text", term_frequency=term_frequency),
            Level(label="same words", test=Same("ordered"), agrees=True, prior=0.02),
            Level(
                label="abbreviated",
                test=AllOf((Same("initials"), Custom("ordered", abbreviates, 1.0))),
                agrees=True,
                prior=0.02,
            ),
            Level(label="other number", test=AllOf((Differs("numerals"), Similar('text', 0.8))), prior=0.005),
            *(_similar("text", threshold) for threshold in thresholds[:1]),
            Level(label="contained", test=Contains("tokens"), prior=0.05),
            Level(label="most words", test=Overlap("tokens", 0.5), prior=0.05),
            *(_similar("text", threshold) for threshold in thresholds[1:]),
            Level(label="some words", test=Overlap("tokens", 0.2), prior=0.02),
        ),
        term_frequency=term_frequency,
        thresholds=thresholds,
        different_prior=0.03,
        different_limit=0.08 if identifies else 0.9,
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
        name=_named(name, (column,)),
        levels=(_same("text", term_frequency=term_frequency, prior=0.85), _edits("text", 1), _edits("text", 2)),
        term_frequency=term_frequency,
    )


def person_name(
    given: str = "",
    family: str = "",
    *,
    full: str = "",
    given_kana: str = "",
    family_kana: str = "",
    full_kana: str = "",
    name: str = "",
    term_frequency: bool = True,
) -> Comparison:
    """Compare people's names: swapped parts, variant kanji, readings, romanisations, initials.

    Args:
        given: the column of given names; with ``family`` empty it holds whole names.
        family: the column of family names.
        full: the column of whole names.
        given_kana: the column of given names' readings.
        family_kana: the column of family names' readings.
        full_kana: the column of whole names' readings.
        name: what explanations call it.
        term_frequency: whether rare names weigh more.

    Example:
        >>> person_name("first_name", "last_name").columns
        ('first_name', 'last_name', '', '', '', '')
    """
    if given and not family and not full:
        given, full = "", given
    columns = (given, family, full, given_kana, family_kana, full_kana)
    both = ("family", "given") if term_frequency else ()
    one_family, one_given = (("family",), ("given",)) if term_frequency else ((), ())
    either_unknown = AnyOf((Unknown("given"), Unknown("family")))
    return Comparison(
        kind="person_name",
        columns=columns,
        name=name or "name",
        levels=(
            Level(label="same name", test=Same("full"), agrees=True, frequency=both, prior=0.7),
            Level(label="parts swapped", test=AnyOf((Same("ordered"), Crossed("given", "family"), Crossed("full", "swapped", both=False))), agrees=True, frequency=both, prior=0.02),
            Level(label="same reading", test=Same("reading"), agrees=True, prior=0.04),
            Level(label="one edit", test=AllOf((Similar("full", -1.0, "edits"), Similar("full", 0.8))), agrees=True, prior=0.04),
            Level(
                label="same family name, similar given name",
                test=AllOf((Same("family"), Similar("given", 0.85))),
                agrees=True,
                frequency=one_family,
                prior=0.04,
            ),
            Level(
                label="same given name, similar family name",
                test=AllOf((Same("given"), Similar("family", 0.85))),
                agrees=True,
                frequency=one_given,
                prior=0.04,
            ),
            Level(label="similar name", test=AnyOf((Similar("full", 0.92), Similar("ordered", 0.92))), prior=0.02),
            Level(
                label="same family name, given name unknown",
                test=AllOf((Same("family"), either_unknown)),
                agrees=True,
                frequency=one_family,
                prior=0.03,
            ),
            Level(
                label="same given name, family name unknown",
                test=AllOf((Same("given"), either_unknown)),
                agrees=True,
                frequency=one_given,
                prior=0.03,
            ),
            Level(
                label="similar given name, family name unknown",
                test=AllOf((Unknown("family"), Similar("given", 0.8))),
                prior=0.02,
            ),
            Level(
                label="similar family name, given name unknown",
                test=AllOf((Unknown("given"), Similar("family", 0.8))),
                prior=0.02,
            ),
            Level(label="parts similar", test=AllOf((Similar("family", 0.8), Similar("given", 0.8))), prior=0.02),
            Level(
                label="same family name and initials",
                test=AllOf((Same("family"), Same("initials"))),
                frequency=one_family,
                prior=0.02,
            ),
            Level(label="same given name", test=Same("given"), frequency=one_given, prior=0.02),
            Level(
                label="same family name",
                test=AnyOf((Same("family"), Same("family_reading"))),
                frequency=one_family,
                prior=0.01,
            ),
            Level(
                label="one part swapped",
                test=Crossed("given", "family", both=False),
                prior=0.01,
            ),
        ),
        term_frequency=term_frequency,
        different_prior=0.02,
        different_limit=0.05,
        comparable=AnyOf((Same("script"), Known("reading"))),
    )


def company(
    column: str,
    *,
    kana: str = "",
    corporate_number: str = "",
    site: str = "",
    name: str = "",
    term_frequency: bool = True,
) -> Comparison:
    """Compare company names by their core; legal form, reading, number and site are evidence.

    Args:
        column: the column of names.
        kana: the column of readings.
        corporate_number: the column of 13-digit corporate numbers.
        site: the column of URLs or mail addresses whose domain belongs to the company.
        name: what explanations call it.
        term_frequency: whether rare names weigh more.

    Example:
        >>> company("会社名").labels[1:4]
        ('same corporate number', 'same name and form', 'same name')
    """
    frequency = ("core",) if term_frequency else ()
    return Comparison(
        kind="company",
        columns=(column, kana, corporate_number, site),
        name=name or column,
        levels=(
            Level(label="same corporate number", test=Same("number"), agrees=True, prior=0.1),
            Level(
                label="same name and form",
                test=AllOf((Same("core"), Same("form"))),
                agrees=True,
                frequency=frequency,
                prior=0.5,
            ),
            Level(
                label="same name",
                test=AllOf((Same("core"), Unknown("form"))),
                agrees=True,
                frequency=frequency,
                prior=0.2,
            ),
            Level(label="same name, other form", test=Same("core"), agrees=True, frequency=frequency, prior=0.05),
            Level(label="same words", test=Same("ordered"), agrees=True, prior=0.02),
            Level(
                label="abbreviated",
                test=AllOf((Same("initials"), Custom("ordered", abbreviates, 1.0))),
                agrees=True,
                prior=0.02,
            ),
            Level(label="other number", test=AllOf((Differs("numerals"), Similar('core', 0.8))), prior=0.005),
            Level(
                label="same reading",
                test=AnyOf((Same("reading"), Crossed("reading", "latin", both=False))),
                agrees=True,
                prior=0.05,
            ),
            Level(label="similar name (0.93)", test=AnyOf((Similar("core", 0.93), Similar("ordered", 0.93))), agrees=True, prior=0.03),
            Level(label="initials", test=Same("acronym"), prior=0.02),
            Level(label="contained", test=Contains("tokens"), prior=0.03),
            Level(label="most words", test=Overlap("tokens", 0.5), prior=0.02),
            Level(label="similar name (0.85)", test=AnyOf((Similar("core", 0.85), Similar("reading", 0.9))), prior=0.02),
            Level(label="same site", test=Same("site"), agrees=True, prior=0.02),
            Level(label="some words", test=Overlap("tokens", 0.2), prior=0.01),
        ),
        term_frequency=term_frequency,
        different_prior=0.04,
        different_limit=0.12,
        comparable=AnyOf((Same("script"), Known("reading"))),
    )


# Colleagues have similar addresses at one domain; elsewhere similarity means a typing error.
_OTHER_SITE = Differs("domain")


def email(column: str, *, name: str = "", term_frequency: bool = True) -> Comparison:
    """Compare mail addresses; role and free-mail addresses prove less.

    Example:
        >>> email("email").labels[1:3]
        ('same address', 'same shared address')
    """
    frequency = ("address",) if term_frequency else ()
    return Comparison(
        kind="email",
        columns=(column,),
        name=_named(name, (column,)),
        levels=(
            Level(label="same address", test=Same("personal"), agrees=True, frequency=frequency, prior=0.7),
            Level(label="same shared address", test=Same("address"), frequency=frequency, prior=0.02),
            Level(
                label="one edit",
                test=AllOf((Same("initials"), Similar("address", -1.0, "edits"))),
                agrees=True,
                prior=0.04,
            ),
            Level(
                label="similar address",
                test=AllOf((Similar("address", 0.88), Similar("local", 0.85), AnyOf((Same("initials"), _OTHER_SITE)))),
                prior=0.04,
            ),
            Level(label="same local part", test=Same("local"), prior=0.04),
            Level(label="same company domain", test=Same("site"), prior=0.04),
        ),
        term_frequency=term_frequency,
        different_prior=0.12,
        different_limit=0.4,
    )


def phone(
    column: str,
    *more: str,
    numbers: Literal["all", "fixed", "mobile"] = "all",
    name: str = "",
    term_frequency: bool = True,
) -> Comparison:
    """Compare telephone numbers; with several columns, any number of one record may be any of the other.

    Args:
        column: the column; for ``mobile`` that of mobile numbers.
        more: further columns.
        numbers: which numbers count: all, those of mobile telephones or the others.
        name: what explanations call it.
        term_frequency: whether rare numbers weigh more.

    Example:
        >>> phone("phone", "mobile").columns
        ('phone', 'mobile')
    """
    return Comparison(
        kind="phone" if numbers == "all" else f"{numbers}_phone",
        columns=(column, *more),
        name=name or column,
        levels=(
            Level(
                label="same number",
                test=Shares("numbers"),
                agrees=True,
                frequency=("number",) if term_frequency else (),
                prior=0.7,
            ),
            _edits("number", 1, prior=0.04),
            Level(label="same area", test=Same("area"), prior=0.06),
        ),
        term_frequency=term_frequency,
        different_prior=0.2,
    )


def postal_code(column: str, *, name: str = "", term_frequency: bool = True) -> Comparison:
    """Compare postal codes.

    Example:
        >>> postal_code("postcode").labels
        ('missing', 'same', 'one edit', 'same area', 'different')
    """
    return Comparison(
        kind="postal_code",
        columns=(column,),
        name=_named(name, (column,)),
        levels=(
            _same("code", term_frequency=term_frequency),
            _edits("code", 1),
            Level(label="same area", test=Same("area"), prior=0.03),
        ),
        term_frequency=term_frequency,
        different_prior=0.12,
    )


def address(column: str, *more: str, name: str = "", term_frequency: bool = True) -> Comparison:
    """Compare addresses: block number, place and the words of buildings.

    Args:
        column: the whole address, or its first part.
        more: further parts in their order, such as city, street and building.
        name: what explanations call it.
        term_frequency: whether rare addresses weigh more.

    Example:
        >>> address("prefecture", "city", "street").columns
        ('prefecture', 'city', 'street')
    """
    return Comparison(
        kind="address",
        columns=(column, *more),
        name=name or column,
        levels=(
            _same("text", term_frequency=term_frequency, prior=0.6),
            Level(
                label="same block and place",
                test=AllOf((Same("block"), AnyOf((Same("place"), Similar("place", 0.92))))),
                agrees=True,
                prior=0.1,
            ),
            Level(
                label="same block, contained",
                test=AllOf((Same("block"), AnyOf((Contains("tokens"), Overlap("tokens", 0.5))))),
                agrees=True,
                prior=0.05,
            ),
            _similar("text", 0.92),
            Level(label="same place", test=Same("place"), prior=0.05),
            Level(label="similar place", test=Similar("place", 0.9), prior=0.03),
            Level(label="most words", test=Overlap("tokens", 0.5), prior=0.03),
            Level(label="some words", test=Overlap("tokens", 0.2), prior=0.03),
        ),
        term_frequency=term_frequency,
        different_prior=0.12,
    )


def url(column: str, *, name: str = "", term_frequency: bool = True) -> Comparison:
    """Compare websites by host.

    Example:
        >>> url("website").labels
        ('missing', 'same', 'same name', 'similar (0.93)', 'different')
    """
    return Comparison(
        kind="url",
        columns=(column,),
        name=_named(name, (column,)),
        levels=(
            _same("host", term_frequency=term_frequency),
            Level(label="same name", test=Same("name"), prior=0.03),
            _similar("host", 0.93),
        ),
        term_frequency=term_frequency,
        different_prior=0.1,
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
        name=_named(name, (column,)),
        levels=(
            _same("date", term_frequency=term_frequency),
            _edits("date", 1),
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
        name=_named(name, (column,)),
        levels=(
            _same("text", term_frequency=term_frequency),
            *(
                Level(label=f"within {level:.0%}", test=Within("number", level, relative=True))
                for level in thresholds
            ),
        ),
        term_frequency=term_frequency,
        thresholds=thresholds,
        different_prior=0.2,
    )


def set_of(column: str, *, levels: Sequence[float] = (0.5,), name: str = "", term_frequency: bool = True) -> Comparison:
    """Compare sets, such as tags: equal, a large enough overlap by rarity, or anything shared.

    Example:
        >>> set_of("interests").labels
        ('missing', 'same', 'overlap (0.5)', 'something shared', 'different')
    """
    thresholds = _descending(levels, column)
    return Comparison(
        kind="set_of",
        columns=(column,),
        name=_named(name, (column,)),
        levels=(
            _same("text", term_frequency=term_frequency, prior=0.5),
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


def corporate_number(column: str, *, name: str = "", term_frequency: bool = True) -> Comparison:
    """Compare 13-digit corporate numbers, which are nearly proof.

    Example:
        >>> corporate_number("法人番号").labels
        ('missing', 'same', 'one edit', 'different')
    """
    return Comparison(
        kind="corporate_number",
        columns=(column,),
        name=_named(name, (column,)),
        levels=(_same("number", term_frequency=term_frequency, prior=0.95), _edits("number", 1, prior=0.02)),
        term_frequency=term_frequency,
        different_prior=0.02,
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
        name=_named(name, (column,)),
        levels=(
            _same("text", term_frequency=term_frequency),
            *(
                Level(label=f"at least {threshold:g}", test=Custom("text", function, threshold))
                for threshold in thresholds
            ),
        ),
        term_frequency=term_frequency,
        thresholds=thresholds,
    )


def _descending(levels: Sequence[float], column: str) -> tuple[float, ...]:
    thresholds = tuple(float(level) for level in levels)
    if any(not 0.0 < level < 1.0 for level in thresholds) or list(thresholds) != sorted(thresholds, reverse=True):
        raise DefinitionError(
            f"The levels of '{column}' must be between 0 and 1 and descend, such as (0.92, 0.8); got {thresholds}."
        )
    return thresholds


_WITH_LEVELS = {
    "text": text,
    "phrase": phrase,
    "title": partial(phrase, identifies=True),
    "number": number,
    "set_of": set_of,
}
_PLAIN = {
    "exact": exact,
    "identifier": identifier,
    "email": email,
    "postal_code": postal_code,
    "url": url,
    "date": date,
    "corporate_number": corporate_number,
}
_MANY = {
    "phone": phone,
    "fixed_phone": partial(phone, numbers="fixed"),
    "mobile_phone": partial(phone, numbers="mobile"),
    "address": address,
}
_MAKERS = frozenset({*_WITH_LEVELS, *_PLAIN, *_MANY, "person_name", "company", "source"})


def from_dict(data: Mapping[str, object]) -> Comparison:
    """Read a comparison from plain data.

    Raises:
        DefinitionError: the kind is not known.

    Example:
        >>> from_dict({"kind": "exact", "columns": ["state"], "name": "state"}).columns
        ('state',)
    """
    kind = str(data.get("kind", ""))
    columns = [str(column) for column in _list(data.get("columns"))]
    name = str(data.get("name", ""))
    frequency = bool(data.get("term_frequency", True))
    if kind == "source":
        return source(columns[0], name=name)
    if kind in _WITH_LEVELS:
        levels = [float(str(level)) for level in _list(data.get("levels"))]
        return _WITH_LEVELS[kind](columns[0], levels=levels, name=name, term_frequency=frequency)
    if kind in _PLAIN:
        return _PLAIN[kind](columns[0], name=name, term_frequency=frequency)
    if kind in _MANY:
        return _MANY[kind](*columns, name=name, term_frequency=frequency)
    padded = [*columns, *[""] * 6]
    if kind == "person_name":
        return person_name(
            padded[0],
            padded[1],
            full=padded[2],
            given_kana=padded[3],
            family_kana=padded[4],
            full_kana=padded[5],
            name=name,
            term_frequency=frequency,
        )
    if kind == "company":
        return company(
            padded[0],
            kana=padded[1],
            corporate_number=padded[2],
            site=padded[3],
            name=name,
            term_frequency=frequency,
        )
    raise DefinitionError(f"There is no comparison of kind '{kind}'.{near_miss(kind, KINDS)}", path="$.kind")


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()
