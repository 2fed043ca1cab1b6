"""Kits for authors and testers: a seeded generator with truth labels, and hypothesis strategies.

Importing this package loads nothing else; each name is loaded when it is first used. The strategies
are in `leadflow.testing.strategies`, which needs hypothesis.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadflow.testing.generator import (
        Noise as Noise,
    )
    from leadflow.testing.generator import (
        Population as Population,
    )
    from leadflow.testing.generator import (
        generate_leads_table as generate_leads_table,
    )
    from leadflow.testing.generator import (
        generate_population as generate_population,
    )
    from leadflow.testing.generator import (
        generate_sample as generate_sample,
    )
    from leadflow.testing.generator import (
        write_csv as write_csv,
    )
    from leadflow.testing.generator import (
        write_sample as write_sample,
    )

__all__ = [
    "Noise",
    "Population",
    "generate_leads_table",
    "generate_population",
    "generate_sample",
    "write_csv",
    "write_sample",
]


def __getattr__(name: str) -> object:
    if name in __all__:
        return getattr(importlib.import_module("leadflow.testing.generator"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
