"""Choices between values that are the same for one lead and for a population."""

from collections.abc import Hashable, Iterable, Sequence
from unicodedata import is_normalized, normalize

from leadflow.errors import DefinitionError
from leadflow.merging.fillers import is_data
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


def joined(values: Sequence[Hashable], rule: Rule, field: str) -> Hashable:
    """Join values by a gathering rule.

    Args:
        values: latest first.
        rule: ``union`` or ``concat``.
        field: the field that they are of; filler in a set of tags is left out.

    Example:
        >>> from leadflow.merging.rules import concat, union
        >>> joined([("b", "a"), ("c",)], union(), "tags"), joined(["new", "old"], concat(separator=" / "), "memo")
        (('a', 'b', 'c'), 'old / new')
        >>> joined([("ＩｏＴ",), ("IoT", "なし")], union(), "tags")
        ('IoT',)
    """
    if rule.name == "concat":
        texts = dict.fromkeys(map(str, reversed(values)))
        usual = is_normalized("NFKC", "".join(texts))
        return rule.separator.join(texts if usual else map(str, _apart(texts)))
    members = {
        member
        for value in values
        for member in (value if isinstance(value, tuple | frozenset) else (value,))
        if is_data(field, member)
    }
    return tuple(_apart(sorted(members, key=_narrow_first)))


def _apart(values: Iterable[Hashable]) -> Iterable[Hashable]:
    """Return values; of texts that differ in nothing but width the first."""
    kept: dict[Hashable, Hashable] = {}
    for value in values:
        kept.setdefault(normalize("NFKC", value) if isinstance(value, str) else value, value)
    return kept.values()


def _narrow_first(value: Hashable) -> tuple[object, ...]:
    """Sort as ``sortable`` does, and forms of one text by their usual width."""
    if not isinstance(value, str):
        return sortable(value)
    usual = normalize("NFKC", value)
    return *sortable(usual), usual != value, value


def chosen_by(rule: Rule, name: str, candidates: Sequence[Candidate]) -> int:
    """Return the position of the candidate that a custom rule chooses.

    Raises:
        DefinitionError: it returned something else, or raised.

    Example:
        >>> from leadflow.merging.rules import custom
        >>> one = Candidate(value="部長", record_id="r1", source="Eight")
        >>> chosen_by(custom(lambda candidates: candidates[0]), "title", [one])
        0
    """
    assert rule.function is not None, "only custom rules ask"  # noqa: S101  # the callers' guard
    try:
        answer = rule.function(candidates)
    except Exception as error:  # whatever it is, the field must be told
        raise DefinitionError(
            f"The custom rule of the field {name!r} raised {type(error).__name__} for {len(candidates)} candidates: "
            "it must return one of them whatever their values are."
        ) from error
    for place, candidate in enumerate(candidates):
        if candidate is answer:
            return place
    raise DefinitionError(
        f"The custom rule of the field {name!r} must return one of the candidates it was given."
    )
