"""Choices between values that are the same for one lead and for a population."""

from collections.abc import Hashable, Sequence

from leadflow.errors import DefinitionError
from leadflow.merging.rules import Candidate, Rule

__all__ = ["chosen_by", "joined", "sortable", "source_text"]


def source_text(source: Hashable) -> str:
    """Return a source as text; an unknown one is empty.

    Example:
        >>> source_text("Eight"), source_text(None)
        ('Eight', '')
    """
    return "" if source is None else str(source)


def sortable(value: Hashable) -> tuple[str, object]:
    """Return a key that sorts values of mixed types: numbers, then the other types by name.

    Example:
        >>> sorted(["b", 2, 1.5], key=sortable)
        [1.5, 2, 'b']
    """
    if isinstance(value, bool | int | float):
        return "", value
    return type(value).__name__, value


def joined(values: Sequence[Hashable], rule: Rule) -> Hashable:
    """Join values by a gathering rule.

    Args:
        values: latest first.
        rule: ``union`` or ``concat``.

    Example:
        >>> from leadflow.merging.rules import concat, union
        >>> joined([("b", "a"), ("c",)], union()), joined(["new", "old"], concat(separator=" / "))
        (('a', 'b', 'c'), 'old / new')
    """
    if rule.name == "concat":
        return rule.separator.join(dict.fromkeys(str(value) for value in reversed(values)))
    members = {
        member for value in values for member in (value if isinstance(value, tuple | frozenset) else (value,))
    }
    return tuple(sorted(members, key=sortable))


def chosen_by(rule: Rule, name: str, candidates: Sequence[Candidate]) -> int:
    """Return the position of the candidate that a custom rule chooses.

    Raises:
        DefinitionError: it returned something else.

    Example:
        >>> from leadflow.merging.rules import custom
        >>> one = Candidate(value="部長", record_id="r1", source="Eight")
        >>> chosen_by(custom(lambda candidates: candidates[0]), "title", [one])
        0
    """
    assert rule.function is not None, "only custom rules ask"  # noqa: S101  # the callers' guard
    answer = rule.function(candidates)
    for place, candidate in enumerate(candidates):
        if candidate is answer:
            return place
    raise DefinitionError(
        f"The custom rule of the field {name!r} must return one of the candidates it was given."
    )
