"""The refusal of a text that is not a value: what it should have been and why it is not."""

from leadflow.errors import InvalidValueError

__all__ = ["LONGEST", "refusal"]

LONGEST = 1000
"""Characters of the longest text that any kind of value is looked for in."""


def refusal(kind: str, text: str, reason: str) -> InvalidValueError:
    """Build the error for a text that is not a value of a kind.

    Args:
        kind: what the text should have been, as a noun.
        text: the refused text; only its length is kept.
        reason: why, without the text, as the end of a sentence.

    Returns:
        The error, to be raised.

    Example:
        >>> str(refusal("postal code", "12", "it has 2 digits; expected 7"))
        'Not a postal code (2 characters): it has 2 digits; expected 7.'
    """
    article = "an" if kind[0] in "aeiou" else "a"
    message = f"Not {article} {kind} ({len(text)} characters): {reason}."
    return InvalidValueError(message, kind=kind, length=len(text))
