"""Reading targets and the hierarchy from files."""

import csv
import json
import os
from pathlib import Path

from leadflow.errors import DefinitionError, EncodingError, InputError
from leadflow.reporting.hierarchies import Hierarchy
from leadflow.reporting.targets import Targets

__all__ = ["read_hierarchy", "read_targets"]

_ENCODINGS = ("utf-8-sig", "cp932")


def read_targets(path: str | os.PathLike[str]) -> Targets:
    """Read targets from CSV with the columns ``kpi``, ``period``, ``unit``, ``value`` and, if changed, ``set_on``, ``note``.

    Args:
        path: the file, in UTF-8 or CP932.

    Raises:
        InputError: the file cannot be read.
        EncodingError: it is in neither encoding.
        DefinitionError: a column is missing or a target is wrong.

    Example:
        >>> from leadflow.datasets import sample_company
        >>> read_targets(sample_company().targets_path).kpis[:2]
        ('calls', 'calls_connected')
    """
    text = _text(Path(path))
    try:
        rows = list(csv.DictReader(text.splitlines(keepends=True), strict=True))
    except csv.Error as error:
        raise InputError(f"The targets cannot be read as CSV: {error}.", place=Path(path).name) from None
    known = set(rows[0]) if rows else {"kpi", "period", "unit", "value"}
    missing = [name for name in ("kpi", "period", "unit", "value") if name not in known]
    if missing:
        raise DefinitionError(
            f"The targets in {Path(path).name} have no column {', '.join(missing)}; expected kpi, period, unit and value."
        )
    return Targets.of({name: row[name] or "" for name in row if name} for row in rows)


def read_hierarchy(path: str | os.PathLike[str]) -> Hierarchy:
    """Read the hierarchy from the JSON of an organisation.

    Args:
        path: the file.

    Raises:
        InputError: the file cannot be read or is no JSON.
        DefinitionError: it describes no hierarchy.

    Example:
        >>> from leadflow.datasets import sample_company
        >>> read_hierarchy(sample_company().organisation_path).top
        'company'
    """
    try:
        data = json.loads(_text(Path(path)))
    except json.JSONDecodeError as error:
        raise InputError(
            f"The organisation is no JSON: {error.msg}.", place=f"{Path(path).name}, line {error.lineno}"
        ) from None
    if not isinstance(data, dict):
        raise InputError("The organisation must be a JSON object.", place=Path(path).name)
    return Hierarchy.from_organisation(data)


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"The file cannot be read: {error.strerror}.", place=path.name) from None
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise EncodingError("The file is neither UTF-8 nor CP932; save it as UTF-8.", place=path.name)
