"""Three-valued truth: a test of a missing value is neither true nor false.

The encoding makes the connectives of Kleene's strong logic plain arithmetic: *and* is the minimum,
*or* the maximum, *not* the negative.

References:
    Kleene, S. C. (1952). Introduction to Metamathematics, section 64.
"""

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["FALSE", "TRUE", "UNKNOWN", "Truth", "truth_of", "word"]

Truth: TypeAlias = npt.NDArray[np.int8]
"""(n,) int8 of ``TRUE``, ``UNKNOWN`` and ``FALSE``."""

TRUE: Final = 1
UNKNOWN: Final = 0
FALSE: Final = -1


def truth_of(answer: bool | None) -> int:  # noqa: FBT001  # the answer is the subject, not an option
    """Return the truth value of an answer; None is unknown.

    Example:
        >>> truth_of(True), truth_of(None), truth_of(False)
        (1, 0, -1)
    """
    if answer is None:
        return UNKNOWN
    return TRUE if answer else FALSE


def word(truth: int) -> str:
    """Return a truth value as a word.

    Example:
        >>> word(UNKNOWN)
        'unknown'
    """
    return {TRUE: "yes", FALSE: "no"}.get(truth, "unknown")
