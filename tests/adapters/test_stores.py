"""Every store keeps every promise."""

import pytest

from leadflow.testing.stores import STORE_CHECKS


@pytest.mark.parametrize("promise", STORE_CHECKS)
def test_the_store_keeps_its_promise(make_store, promise):
    with make_store() as store:
        STORE_CHECKS[promise](store)
