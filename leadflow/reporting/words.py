"""A text in Japanese and English."""

import attrs

from leadflow.errors import InputError
from leadflow.reporting.figures import Language

__all__ = ["Words"]


@attrs.frozen
class Words:
    """A text in Japanese and English.

    Attributes:
        ja: in Japanese.
        en: in English.

    Example:
        >>> Words("担当者", "Owner").of("en")
        'Owner'
    """

    ja: str
    en: str

    def of(self, language: Language) -> str:
        """Return the text in a language.

        Raises:
            InputError: the language is neither ``"ja"`` nor ``"en"``.

        Example:
            >>> Words("担当者", "Owner").of("ja")
            '担当者'
        """
        if language not in {"ja", "en"}:
            raise InputError(f"Reports speak 'ja' and 'en', not '{language}'.")
        return self.ja if language == "ja" else self.en
