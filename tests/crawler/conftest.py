"""The site that shows every fault, and a folder in which ``paperdigest sync`` is run against it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawler.faultserver import FaultServer
from tests.crawler.syncruns import Home


@pytest.fixture(scope="module")
def fault_server() -> Iterator[FaultServer]:
    """One process for the tests of a file."""
    with FaultServer() as running:
        yield running


@pytest.fixture
def site(fault_server: FaultServer) -> Iterator[FaultServer]:
    """Fails the test in which the address was asked that nobody may be led to."""
    yield fault_server
    assert fault_server.trapped() == []


@pytest.fixture
def home(tmp_path: Path, site: FaultServer) -> Home:
    """An empty folder."""
    return Home(tmp_path, site)
