"""Reading a definition from a TOML file; errors name the file and the line."""

import json
import tomllib
from pathlib import Path

from leadflow.adapters.toml_lines import line_of
from leadflow.engine import Definition
from leadflow.errors import DefinitionError, UnreadableFileError

__all__ = ["load_definition"]


def load_definition(path: str | Path) -> Definition:
    """Read a company's rules from a TOML file.

    A table ``organisation`` with the single key ``file`` names a JSON file beside it.

    Args:
        path: the file.

    Raises:
        DefinitionError: a rule is wrong; the message begins with file and line.
        UnreadableFileError: the file is not there, or is no UTF-8 TOML.

    Example:
        >>> from leadflow.datasets import sample_company
        >>> load_definition(sample_company().definition_path).funnel.names[:2]
        ('Lead', 'MQL')
    """
    file = Path(path)
    text = _text(file)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnreadableFileError(f"{file.name} is not valid TOML: {error}.", place=str(file)) from None
    organisation, beside = data.get("organisation"), None
    if isinstance(organisation, dict) and set(organisation) == {"file"}:
        beside = file.parent / str(organisation["file"])
        data["organisation"] = _organisation(beside)
    try:
        return Definition.from_dict(data)
    except DefinitionError as error:
        elsewhere = beside is not None and error.path.startswith("$.organisation")
        place = beside.name if beside and elsewhere else f"{file.name}, line {line_of(text, error.path)}"
        raise type(error)(f"{place}: {error.message}", path=error.path) from error


def _organisation(file: Path) -> object:
    if not file.is_file():
        raise UnreadableFileError(
            f"There is no file {file.name}, which `organisation.file` names: put it beside the definition.",
            place=str(file),
        )
    text = _text(file)
    try:
        return json.loads(text)
    except ValueError as error:
        raise UnreadableFileError(f"{file.name} is not valid JSON: {error}.", place=str(file)) from None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UnreadableFileError(f"There is no file {file.name}: check the path.", place=str(file)) from None
    except (UnicodeDecodeError, OSError) as error:
        raise UnreadableFileError(
            f"{file.name} cannot be read as UTF-8 text: {type(error).__name__}.", place=str(file)
        ) from None
