"""The package as a whole: what it exports, what importing it costs, and that every example is true."""

import doctest
import importlib
import os
import pkgutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import leadflow

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(leadflow.__path__, "leadflow.")
    if not module.name.endswith("__main__")
)


class TestFacade:
    @pytest.mark.parametrize("name", [name for name in leadflow.__all__ if name != "__version__"])
    def test_every_exported_name_is_there(self, name):
        assert getattr(leadflow, name) is not None

    def test_a_misspelt_name_suggests_the_near_miss(self):
        with pytest.raises(AttributeError, match="Did you mean 'ScoringModel'"):
            leadflow.ScoringModle  # noqa: B018  # the access is the test

    def test_importing_loads_neither_numpy_nor_attrs_nor_an_optional_library(self):
        code = "import sys, leadflow; print([m for m in ('numpy', 'attr', 'rapidfuzz', 'narwhals', 'sqlalchemy') if m in sys.modules])"
        shown = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
        assert shown.strip() == "[]"

    def test_the_installed_package_is_what_is_tested_where_that_is_asked_for(self):
        home = Path(leadflow.__file__).resolve()
        installed = Path(sysconfig.get_paths()["purelib"]).resolve()
        assert installed in home.parents or "LEADFLOW_TEST_INSTALLED" not in os.environ


@pytest.mark.parametrize("name", ["leadflow", *MODULES])
def test_every_example_in_a_docstring_is_true(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(name)
    assert doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS).failed == 0


@pytest.mark.parametrize("name", ["leadflow", *MODULES])
def test_every_module_says_what_it_exports(name):
    module = importlib.import_module(name)
    assert all(hasattr(module, exported) for exported in module.__all__)
