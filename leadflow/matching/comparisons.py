"""The comparisons to choose from: each says which columns are compared, and on which levels.

``from leadflow.matching import comparisons as c`` and name what the columns hold:
``c.person_name("given_name", "surname")``, ``c.date("date_of_birth")``, ``c.exact("postcode")``.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

import attrs

from leadflow.errors import DefinitionError, near_miss
from leadflow.matching.comparison import Comparison
from leadflow.matching.comparisons_of_people import email, person_name, phone
from leadflow.matching.comparisons_of_places import address, company, corporate_number, postal_code, url
from leadflow.matching.comparisons_of_values import (
    custom,
    date,
    exact,
    identifier,
    number,
    phrase,
    set_of,
    source,
    text,
)
from leadflow.matching.features import KINDS

__all__ = [
    "Comparison",
    "address",
    "company",
    "corporate_number",
    "custom",
    "date",
    "email",
    "exact",
    "from_dict",
    "identifier",
    "number",
    "person_name",
    "phone",
    "phrase",
    "postal_code",
    "set_of",
    "source",
    "text",
    "url",
]

_WITH_LEVELS: Final[Mapping[str, Callable[..., Comparison]]] = {
    "text": text,
    "phrase": phrase,
    "title": partial(phrase, identifies=True),
    "number": number,
    "set_of": set_of,
}
_PLAIN: Final[Mapping[str, Callable[..., Comparison]]] = {
    "exact": exact,
    "identifier": identifier,
    "email": email,
    "postal_code": postal_code,
    "url": url,
    "date": date,
    "corporate_number": corporate_number,
}
_MANY: Final[Mapping[str, Callable[..., Comparison]]] = {
    "phone": phone,
    "fixed_phone": partial(phone, numbers="fixed"),
    "mobile_phone": partial(phone, numbers="mobile"),
    "address": address,
}


def from_dict(data: Mapping[str, object]) -> Comparison:
    """Read a comparison from plain data.

    Raises:
        DefinitionError: the kind is not known.

    Example:
        >>> from_dict({"kind": "exact", "columns": ["state"], "name": "state"}).columns
        ('state',)
    """
    made = _plain(data)
    return attrs.evolve(made, about=str(data["about"])) if "about" in data else made


def _plain(data: Mapping[str, object]) -> Comparison:
    kind = str(data.get("kind", ""))
    columns = [str(column) for column in _list(data.get("columns"))]
    name = str(data.get("name", ""))
    frequency = bool(data.get("term_frequency", True))
    if kind == "source":
        return source(columns[0], name=name)
    if kind in _WITH_LEVELS:
        levels = [float(str(level)) for level in _list(data.get("levels"))]
        return _WITH_LEVELS[kind](columns[0], levels=levels, name=name, term_frequency=frequency)
    if kind in _PLAIN:
        return _PLAIN[kind](columns[0], name=name, term_frequency=frequency)
    if kind in _MANY:
        return _MANY[kind](*columns, name=name, term_frequency=frequency)
    padded = [*columns, *[""] * 6]
    if kind == "person_name":
        return person_name(
            padded[0],
            padded[1],
            full=padded[2],
            given_kana=padded[3],
            family_kana=padded[4],
            full_kana=padded[5],
            name=name,
            term_frequency=frequency,
        )
    if kind == "company":
        return company(
            padded[0],
            kana=padded[1],
            corporate_number=padded[2],
            site=padded[3],
            name=name,
            term_frequency=frequency,
        )
    raise DefinitionError(f"There is no comparison of kind '{kind}'.{near_miss(kind, KINDS)}", path="$.kind")


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()
