"""Cells of tables as plain data that JSON can hold, and back."""

import datetime as dt
from collections.abc import Callable, Hashable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from leadflow.errors import DefinitionError, InputError

__all__ = ["cell_of", "plain_cell"]

_READERS: Final[Mapping[str, Callable[[str], Hashable]]] = MappingProxyType(
    {
        "datetime": dt.datetime.fromisoformat,
        "date": dt.date.fromisoformat,
        "decimal": Decimal,
    }
)


def plain_cell(cell: Hashable) -> object:
    """Return a cell as plain data: texts, numbers and None as they are, sets of them as lists.

    Dates and decimal numbers become a dict of their kind and text.

    Raises:
        InputError: the cell is of a type that is no data.

    Example:
        >>> plain_cell(dt.date(2024, 4, 1)), plain_cell(("a", 1))
        ({'date': '2024-04-01'}, ['a', 1])
    """
    if cell is None or isinstance(cell, str | int | float):
        return cell
    if isinstance(cell, tuple):
        return [plain_cell(part) for part in cell]
    if isinstance(cell, dt.datetime):
        return {"datetime": cell.isoformat()}
    if isinstance(cell, dt.date):
        return {"date": cell.isoformat()}
    if isinstance(cell, Decimal):
        return {"decimal": str(cell)}
    raise InputError(
        f"A cell of type {type(cell).__name__} cannot be written as plain data: turn the column into texts, "
        "numbers or dates."
    )


def cell_of(data: object) -> Hashable:
    """Read a cell that ``plain_cell`` wrote.

    Raises:
        DefinitionError: the data is not that of a cell.

    Example:
        >>> cell_of({"date": "2024-04-01"}), cell_of(["a", 1])
        (datetime.date(2024, 4, 1), ('a', 1))
    """
    if data is None or isinstance(data, str | int | float):
        return data
    if isinstance(data, list | tuple):
        return tuple(cell_of(part) for part in data)
    if isinstance(data, Mapping) and len(data) == 1:
        ((kind, text),) = data.items()
        if kind in _READERS and isinstance(text, str):
            try:
                return _READERS[kind](text)
            except (ValueError, ArithmeticError) as error:
                raise DefinitionError(f"A cell of the data is not a {kind} in ISO form.") from error
    raise DefinitionError(
        f"A cell of the data is of type {type(data).__name__}, which plain_cell() does not write."
    )
