"""Every error and warning that leadflow raises.

::

    LeadflowError
    ├── InvalidValueError (ValueError)         a text is not a valid value of its kind
    ├── InputError (ValueError)                a file, table or payload cannot be used
    │   ├── EncodingError                      no encoding of the ladder fits the bytes
    │   └── UnreadableFileError                not the format it claims to be, encrypted, damaged
    ├── DefinitionError (ValueError)           a rule, model, policy or definition file is wrong
    │   └── UnknownNameError (KeyError)        a name is not known; suggests the near miss
    ├── TransitionError (ValueError)           the funnel does not allow this stage change
    ├── NotFoundError (LookupError)            an id is not in the store
    ├── StateError (RuntimeError)              the action does not fit the present state
    │   └── VerdictConflictError               a merge contradicts a "distinct" verdict
    ├── StoreError (RuntimeError)              the store cannot do what was asked
    └── MissingExtraError (ImportError)        an optional library is not installed

    LeadflowWarning (UserWarning)
    ├── SuspiciousValueWarning                 legal but unlikely: 平成32年, a deal larger than the company
    └── AmbiguousInputWarning                  decided by a stated rule; can be overridden

Messages name kind, place, expectation and next step, and never quote personal data.
"""

import difflib
from collections.abc import Iterable

__all__ = [
    "AmbiguousInputWarning",
    "DefinitionError",
    "EncodingError",
    "InputError",
    "InvalidValueError",
    "LeadflowError",
    "LeadflowWarning",
    "MissingExtraError",
    "NotFoundError",
    "StateError",
    "StoreError",
    "SuspiciousValueWarning",
    "TransitionError",
    "UnknownNameError",
    "UnreadableFileError",
    "VerdictConflictError",
    "near_miss",
]


class LeadflowError(Exception):
    """The base of every error that leadflow raises on purpose."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        """Return the message, also where a builtin base would quote it."""
        return self.message


class InvalidValueError(LeadflowError, ValueError):
    """A text is not a valid value of its kind.

    Attributes:
        kind: what the text should have been, such as ``"phone number"``.
        length: characters in the refused text; the text itself is never kept.
    """

    def __init__(self, message: str, *, kind: str = "", length: int = 0) -> None:
        super().__init__(message)
        self.kind = kind
        self.length = length

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle with the keyword attributes."""
        return (_rebuild, (type(self), self.message, {"kind": self.kind, "length": self.length}))


class InputError(LeadflowError, ValueError):
    """A file, table or payload cannot be used.

    Attributes:
        place: where, such as ``"list.csv, line 12"``; empty if it is the whole input.
    """

    def __init__(self, message: str, *, place: str = "") -> None:
        super().__init__(message)
        self.place = place

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle with the keyword attributes."""
        return (_rebuild, (type(self), self.message, {"place": self.place}))


class EncodingError(InputError):
    """No encoding of the ladder decodes the bytes plausibly."""


class UnreadableFileError(InputError):
    """The file is not the format that it claims to be, is encrypted or damaged."""


class DefinitionError(LeadflowError, ValueError):
    """A rule, model, policy or definition file is wrong.

    Attributes:
        path: where in the definition, such as ``"$.scoring.fit[2].points"``.
    """

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(message)
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle with the keyword attributes."""
        return (_rebuild, (type(self), self.message, {"path": self.path}))


class UnknownNameError(DefinitionError, KeyError):
    """A name (field, column, stage, team …) is not known."""


class TransitionError(LeadflowError, ValueError):
    """The funnel does not allow this change of stage."""


class NotFoundError(LeadflowError, LookupError):
    """An id is not in the store."""


class StateError(LeadflowError, RuntimeError):
    """The action does not fit the present state, such as accepting an expired assignment."""


class VerdictConflictError(StateError):
    """A merge contradicts a persistent "distinct" verdict."""


class StoreError(LeadflowError, RuntimeError):
    """The store cannot do what was asked."""


class MissingExtraError(LeadflowError, ImportError):
    """An optional library is not installed.

    Attributes:
        extra: the name of the extra that installs it.
    """

    def __init__(self, message: str, *, extra: str = "") -> None:
        super().__init__(message)
        self.extra = extra

    @classmethod
    def of(cls, extra: str, *, purpose: str) -> "MissingExtraError":
        """Say which extra to install.

        Args:
            extra: the extra's name in leadflow's package metadata.
            purpose: what needs it, as the subject of a sentence.

        Example:
            >>> str(MissingExtraError.of("excel", purpose="Reading a workbook"))
            "Reading a workbook needs the extra 'excel': pip install 'leadflow[excel]'."
        """
        return cls(f"{purpose} needs the extra '{extra}': pip install 'leadflow[{extra}]'.", extra=extra)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle with the keyword attributes."""
        return (_rebuild, (type(self), self.message, {"extra": self.extra}))


class LeadflowWarning(UserWarning):
    """The base of every warning that leadflow gives."""


class SuspiciousValueWarning(LeadflowWarning):
    """A value is legal but unlikely to be meant."""


class AmbiguousInputWarning(LeadflowWarning):
    """Input could be read in two ways and one was chosen by a stated rule."""


def near_miss(name: str, known: Iterable[str]) -> str:
    """Return the end of an error message that suggests the name that was meant.

    Args:
        name: the name that is not known; it must not be personal data.
        known: the names that are.

    Returns:
        ``" Did you mean 'title'?"``, or the known names when nothing is near and there are
        at most twelve, or an empty text.

    Example:
        >>> near_miss("titel", ["title", "email"])
        " Did you mean 'title'?"
        >>> near_miss("zzz", ["title", "email"])
        ' Known: email, title.'
    """
    names = sorted(set(known))
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f" Did you mean '{close[0]}'?"
    short_list = 12
    return f" Known: {', '.join(names)}." if 0 < len(names) <= short_list else ""


def _rebuild(kind: type[LeadflowError], message: str, attributes: dict[str, object]) -> LeadflowError:
    error = kind.__new__(kind, message)
    LeadflowError.__init__(error, message)
    for name, value in attributes.items():
        setattr(error, name, value)
    return error
