"""Plans of every shape with the files that other tools load, written once."""

import pytest

from tests.unit.emitters.interop.written import CASES, Written, written


@pytest.fixture(scope="session", params=CASES)
def case(request: pytest.FixtureRequest) -> Written:
    """Every kind of plan in turn: with and without a floor, twin jumpers, splitters, a border."""
    return written(request.param)


@pytest.fixture(scope="session")
def networks() -> Written:
    """All networks and a border, without a floor."""
    return written("tests/golden/intents/networks-tiny.yml")


@pytest.fixture(scope="session")
def floor() -> Written:
    """A floor with two rooms, and PDUs in racks."""
    return written("tests/golden/intents/floor-tiny.yml")


@pytest.fixture(scope="session")
def twins() -> Written:
    """Uplinks of two jumpers each."""
    return written("intent/examples/lab-networks.yml")


@pytest.fixture(scope="session")
def splitters() -> Written:
    """Host ports that share a splitter cable."""
    return written("intent/examples/tor-64.yml")
