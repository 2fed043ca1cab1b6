"""Hypothesis strategies for Japanese text and messy cells; needs hypothesis."""

from hypothesis import strategies as st

from leadflow.testing.generator.companies import COINED, FIRST, LEGAL_FORMS, SECOND, TRADES
from leadflow.testing.generator.kana import full_width, half_width_kana
from leadflow.testing.generator.names import GIVEN_NAMES, SURNAMES, VARIANTS
from leadflow.testing.generator.noise import FILLERS

__all__ = ["company_names", "japanese_text", "messy_cells", "person_names"]

_RANGES = (
    (0x3041, 0x3096),
    (0x30A1, 0x30FA),
    (0x4E00, 0x9FFF),
    (0xFF01, 0xFF5E),
    (0xFF61, 0xFF9F),
    (0x20, 0x7E),
    (0x3231, 0x323F),
)
# What breaks careless code: combining marks, variation selectors, zero width, surrogate-range kanji, dashes.
_AWKWARD = "\u3099\u309a\u309b\ufe00\U000e0100\u200b\u200d\u2060\ufeff\u00ad\u202e𠮷髙﨑‐‑–—―−－ーｰ～〜㍿㋿㈱№Ⅲ①\u3000\u00a0\t"
_SHORT_FORMS = ("(株)", "㈱", "（株）", "(有)", "㈲", "(同)", "㍿", "カ)", "Co., Ltd.", "Inc.", "LLC")


def japanese_text(*, min_size: int = 0, max_size: int = 40) -> st.SearchStrategy[str]:
    """Return texts of kana, kanji, both widths of Latin letters and characters that break careless code.

    Args:
        min_size: characters at least.
        max_size: characters at most.

    Example:
        >>> japanese_text(max_size=3).validate()
    """
    ordinary = [st.characters(min_codepoint=low, max_codepoint=high) for low, high in _RANGES]
    return st.text(st.one_of(*ordinary, st.sampled_from(_AWKWARD)), min_size=min_size, max_size=max_size)


def company_names() -> st.SearchStrategy[str]:
    """Return company names with legal forms in all spellings, widths and places, or without one.

    Example:
        >>> company_names().validate()
    """
    stems = st.one_of(
        st.builds(
            lambda first, second: first[0] + second[0], st.sampled_from(FIRST), st.sampled_from(SECOND)
        ),
        st.sampled_from(COINED),
    )
    cores = st.builds(lambda stem, trade: stem + trade[0], stems, st.sampled_from(TRADES))
    forms = st.sampled_from((*(entry[0] for entry in LEGAL_FORMS), *_SHORT_FORMS, ""))
    gaps = st.sampled_from(("", " ", "\u3000"))
    widths = st.sampled_from((str, full_width, half_width_kana))
    return st.builds(
        lambda core, form, gap, before, width: width(form + gap + core if before else core + gap + form),
        cores,
        forms,
        gaps,
        st.booleans(),
        widths,
    )


def person_names() -> st.SearchStrategy[str]:
    """Return personal names with variant characters, with and without a separator.

    Example:
        >>> person_names().validate()
    """
    return st.builds(
        lambda family, given, gap, varied: (_varied(family[0]) if varied else family[0]) + gap + given[0],
        st.sampled_from(SURNAMES),
        st.sampled_from(GIVEN_NAMES),
        st.sampled_from(("", " ", "\u3000", "・")),
        st.booleans(),
    )


def messy_cells() -> st.SearchStrategy[str | None]:
    """Return cells as lists hold them: nothing, fillers, names, numbers that Excel damaged, formulas, any text.

    Example:
        >>> messy_cells().validate()
    """
    numbers = st.integers(min_value=0, max_value=99_999_999_999)
    return st.one_of(
        st.none(),
        st.just(""),
        st.sampled_from(FILLERS),
        st.sampled_from(
            ("=1+1", "=cmd|' /C calc'!A0", "@SUM(A1)", "+81-3-1234-5678", "-", "\t=1", "#N/A", "1.18E+12")
        ),
        numbers.map(str),
        numbers.map(lambda number: f"{number}.0"),
        company_names(),
        person_names(),
        japanese_text(),
        japanese_text(max_size=12).map(lambda text: f" {text}\u3000"),
    )


def _varied(text: str) -> str:
    return "".join(VARIANTS[character][0] if character in VARIANTS else character for character in text)
