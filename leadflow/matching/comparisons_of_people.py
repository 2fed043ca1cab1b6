"""Comparisons of what identifies a person: name, mail address, telephone numbers."""

from typing import Final, Literal

from leadflow.matching.comparison import Comparison, edits, named
from leadflow.matching.levels import (
    AllOf,
    AnyOf,
    Crossed,
    Differs,
    Known,
    Level,
    Same,
    Shares,
    Similar,
    Unknown,
)

__all__ = ["email", "person_name", "phone"]

_SPELLED: Final = Unknown("kanji")
"""Typing errors are of names that are spelled; another kanji is another name: 佐藤 真 and 佐藤 誠 are two people."""

_UNDIVIDED: Final = AnyOf((Unknown("given"), Unknown("family")))

_ONE_EDIT: Final = (Similar("full", -1.0, "edits"), Similar("full", 0.8))


def _agreeing_names(*, term_frequency: bool) -> tuple[Level, ...]:
    """The levels on which whole names agree, or nearly."""
    both = ("family", "given") if term_frequency else ()
    one_family, one_given = (("family",), ("given",)) if term_frequency else ((), ())
    return (
        Level(label="same name", test=Same("full"), agrees=True, frequency=both, prior=0.7),
        Level(
            label="parts swapped",
            test=AnyOf((Same("ordered"), Crossed("given", "family"), Crossed("full", "swapped", both=False))),
            agrees=True,
            frequency=both,
            prior=0.02,
        ),
        Level(label="same reading", test=Same("reading"), agrees=True, prior=0.04),
        Level(
            label="one edit or a variant kanji",
            test=AnyOf((Same("kanji"), AllOf((_SPELLED, *_ONE_EDIT)))),
            agrees=True,
            prior=0.04,
        ),
        Level(
            label="same family name, similar given name",
            test=AllOf((_SPELLED, Same("family"), Similar("given", 0.85))),
            agrees=True,
            frequency=one_family,
            prior=0.04,
        ),
        Level(
            label="same given name, similar family name",
            test=AllOf((_SPELLED, Same("given"), Similar("family", 0.85))),
            agrees=True,
            frequency=one_given,
            prior=0.04,
        ),
        Level(
            label="similar name",
            test=AllOf(
                (AnyOf((_SPELLED, _UNDIVIDED)), AnyOf((Similar("full", 0.92), Similar("ordered", 0.92))))
            ),
            prior=0.02,
        ),
    )


def _partial_names(*, term_frequency: bool) -> tuple[Level, ...]:
    """The levels on which parts of names agree."""
    one_family, one_given = (("family",), ("given",)) if term_frequency else ((), ())
    return (
        Level(
            label="same family name, given name unknown",
            test=AllOf((Same("family"), _UNDIVIDED)),
            agrees=True,
            frequency=one_family,
            prior=0.03,
        ),
        Level(
            label="same given name, family name unknown",
            test=AllOf((Same("given"), _UNDIVIDED)),
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
        Level(
            label="parts similar",
            test=AllOf((_SPELLED, Similar("family", 0.8), Similar("given", 0.8))),
            prior=0.02,
        ),
        Level(
            label="same family name and initials",
            test=AllOf((_SPELLED, Same("family"), Same("initials"))),
            frequency=one_family,
            prior=0.02,
        ),
        Level(label="same given name", test=Same("given"), frequency=one_given, prior=0.01, highest=0.0),
        Level(
            label="same family name",
            test=AnyOf((Same("family"), Same("family_reading"))),
            frequency=one_family,
            prior=0.004,
            highest=0.0,
        ),
        Level(
            label="one part swapped",
            test=Crossed("given", "family", both=False),
            prior=0.01,
        ),
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
    return Comparison(
        kind="person_name",
        columns=columns,
        name=name or "name",
        levels=(
            *_agreeing_names(term_frequency=term_frequency),
            *_partial_names(term_frequency=term_frequency),
        ),
        term_frequency=term_frequency,
        different_prior=0.02,
        different_limit=0.05,
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
        name=named(name, (column,)),
        levels=(
            Level(label="same address", test=Same("personal"), agrees=True, frequency=frequency, prior=0.7),
            Level(label="same shared address", test=Same("address"), frequency=frequency, prior=0.02),
            Level(
                label="one edit",
                test=AllOf((Same("initials"), Same("site_numerals"), Similar("address", -1.0, "edits"))),
                agrees=True,
                prior=0.04,
            ),
            Level(
                label="similar address",
                test=AllOf(
                    (Similar("address", 0.88), Similar("local", 0.85), AnyOf((Same("initials"), _OTHER_SITE)))
                ),
                prior=0.04,
            ),
            Level(
                label="same but for punctuation",
                test=AllOf((Same("letters"), Same("domain"))),
                agrees=True,
                prior=0.02,
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
            edits("number", 1, prior=0.04),
            Level(label="same area", test=Same("area"), prior=0.06),
        ),
        term_frequency=term_frequency,
        different_prior=0.2,
        about="" if numbers == "mobile" else "place",
    )
