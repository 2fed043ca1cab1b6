"""Comparisons of organisations and places: company, site, corporate number, address, postal code."""

from leadflow.matching.comparison import Comparison, another_word, edits, named, same, similar
from leadflow.matching.levels import (
    AllOf,
    AnyOf,
    Contains,
    Crossed,
    Custom,
    Differs,
    Known,
    Level,
    Overlap,
    Same,
    Similar,
    Unknown,
)
from leadflow.matching.organisations import abbreviates

__all__ = ["address", "company", "corporate_number", "postal_code", "url"]


def _company_levels(frequency: tuple[str, ...]) -> tuple[Level, ...]:
    """The levels of company names, the core name first."""
    return (
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
        Level(
            label="other number",
            test=AllOf((Differs("numerals"), Similar("core", 0.8))),
            prior=0.005,
            highest=-3.0,
        ),
        Level(
            label="same reading",
            test=AnyOf((Same("reading"), Crossed("reading", "latin", both=False))),
            agrees=True,
            prior=0.05,
        ),
        another_word("core"),
        Level(
            label="similar name (0.93)",
            test=AnyOf((Similar("core", 0.93), Similar("ordered", 0.93))),
            agrees=True,
            prior=0.03,
        ),
        Level(label="initials", test=Same("acronym"), prior=0.02),
        Level(label="contained", test=Contains("tokens"), prior=0.03),
        Level(label="most words", test=Overlap("tokens", 0.5), prior=0.02),
        Level(
            label="similar name (0.85)",
            test=AnyOf((Similar("core", 0.85), Similar("reading", 0.9))),
            prior=0.02,
        ),
        Level(label="same site", test=Same("site"), agrees=True, prior=0.02),
        Level(label="some words", test=Overlap("tokens", 0.2), prior=0.01),
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
    return Comparison(
        kind="company",
        columns=(column, kana, corporate_number, site),
        name=name or column,
        levels=_company_levels(("core",) if term_frequency else ()),
        term_frequency=term_frequency,
        different_prior=0.02,
        different_limit=0.03,
        about="name",
        comparable=AnyOf((Same("script"), Known("reading"))),
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
        name=named(name, (column,)),
        levels=(
            same("host", term_frequency=term_frequency),
            Level(label="same name", test=Same("name"), prior=0.03),
            similar("host", 0.93),
        ),
        term_frequency=term_frequency,
        different_prior=0.1,
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
        name=named(name, (column,)),
        levels=(same("number", term_frequency=term_frequency, prior=0.95), edits("number", 1, prior=0.02)),
        term_frequency=term_frequency,
        different_prior=0.02,
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
            same("text", term_frequency=term_frequency, prior=0.6),
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
            similar("text", 0.92),
            Level(label="same place", test=Same("place"), prior=0.05),
            Level(label="similar place", test=Similar("place", 0.9), prior=0.03),
            Level(label="most words", test=Overlap("tokens", 0.5), prior=0.03),
            Level(label="some words", test=Overlap("tokens", 0.2), prior=0.03),
        ),
        term_frequency=term_frequency,
        different_prior=0.12,
        about="place",
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
        name=named(name, (column,)),
        levels=(
            same("code", term_frequency=term_frequency),
            edits("code", 1),
            Level(label="same area", test=Same("area"), prior=0.03),
        ),
        term_frequency=term_frequency,
        different_prior=0.12,
        about="place",
    )
