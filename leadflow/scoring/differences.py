"""What changed between two versions of a scoring model."""

from collections.abc import Mapping

import attrs

from leadflow.records.events import Json
from leadflow.scoring.models import ScoringModel

__all__ = ["ModelChange", "ModelDifference", "diff"]


@attrs.frozen(kw_only=True)
class ModelChange:
    """One part of a model that is new, gone or different.

    Attributes:
        path: the part, by the name of the rule or signal, such as ``"engagement['call'].points"``.
        before: as it was, as plain data; None when it is new.
        after: as it is, as plain data; None when it is gone.

    Example:
        >>> ModelChange(path="fit['title is filled'].points", before=5, after=8).text()
        "fit['title is filled'].points: 5 -> 8"
    """

    path: str
    before: Json
    after: Json

    def text(self) -> str:
        """Return the change in one line."""
        if self.before is None:
            return f"{self.path}: added {self.after}"
        return (
            f"{self.path}: removed" if self.after is None else f"{self.path}: {self.before} -> {self.after}"
        )


@attrs.frozen(kw_only=True)
class ModelDifference:
    """All that changed between two versions of a model.

    Attributes:
        old: the earlier version's name.
        new: the later version's name.
        changes: part by part, in the order of the model.
    """

    old: str
    new: str
    changes: tuple[ModelChange, ...]

    def __bool__(self) -> bool:
        return bool(self.changes)

    def text(self) -> str:
        """Return the difference, one change a line.

        Example:
            >>> ModelDifference(old="1", new="2", changes=()).text()
            'model 1 -> 2: no change'
        """
        lines = [
            f"model {self.old} -> {self.new}: {len(self.changes) or 'no'} change{'s' * (len(self.changes) > 1)}"
        ]
        return "\n".join([*lines, *(change.text() for change in self.changes)])


def diff(old: ScoringModel, new: ScoringModel) -> ModelDifference:
    """Return what changed between two models.

    Rules and signals are matched by name; the order of rules does not matter, and is no change.

    Example:
        >>> from leadflow.scoring import signal
        >>> old = ScoringModel(engagement=[signal("call", points=5)], version="1")
        >>> new = ScoringModel(engagement=[signal("call", points=8), signal("visit", points=9)], version="2")
        >>> print(diff(old, new).text())
        model 1 -> 2: 2 changes
        engagement['call'].points: 5 -> 8
        engagement['visit']: added {'kind': 'visit', 'points': 9}
    """
    before, after = _parts(old), _parts(new)
    changes = []
    for path in dict.fromkeys([*before, *after]):
        changes += _changes(path, before.get(path), after.get(path))
    return ModelDifference(old=old.version, new=new.version, changes=tuple(changes))


def _parts(model: ScoringModel) -> dict[str, Json]:
    data = model.to_dict()
    parts: dict[str, Json] = {}
    bant = data.get("bant")
    lists = {"fit": (data.get("fit"), model.fit), "engagement": (data.get("engagement"), model.engagement)}
    if isinstance(bant, dict):
        lists |= {
            f"bant.{question}": (items, getattr(model.bant, question)) for question, items in bant.items()
        }
    for place, (items, named) in lists.items():
        if isinstance(items, list):
            for item, owner in zip(items, named, strict=True):
                parts[f"{place}[{owner.name!r}]"] = item
    for name in ("grade", "caps", "fit_limits", "engagement_limits"):
        parts[name] = data.get(name, {})
    for name in ("day_offset", "custom_fields"):
        if name in data:
            parts[name] = data[name]
    return parts


def _changes(path: str, before: Json, after: Json) -> list[ModelChange]:
    if before == after:
        return []
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return [
            change
            for key in dict.fromkeys([*before, *after])
            for change in _changes(f"{path}.{key}", before.get(key), after.get(key))
        ]
    return [ModelChange(path=path, before=before, after=after)]
