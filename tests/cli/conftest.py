"""The command line as a process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import leadflow


@pytest.fixture(scope="session")
def environment():
    """Return an environment in which a process in any folder finds the package under test."""
    return {
        **os.environ,
        "PYTHONPATH": str(Path(leadflow.__file__).parents[1]),
        "PYTHONIOENCODING": "utf-8",
        "COLUMNS": "80",
    }


@pytest.fixture(scope="session")
def start(environment):
    """Run ``python -m leadflow`` in a folder and return the finished process."""

    def run(*arguments, cwd, status=0):
        done = subprocess.run(
            [sys.executable, "-m", "leadflow", *map(str, arguments)],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )
        assert "Traceback" not in done.stderr
        assert status == done.returncode, done.stderr
        return done

    return run


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a file into the folder of the test, which is the present one."""
    monkeypatch.chdir(tmp_path)

    def put(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return put
