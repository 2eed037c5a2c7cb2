"""The sample archive and the servers that tests of browsing ask."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.browse.serve import Server
from tests.browse.servers import VERSIONS, sample_archive, served


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of the sample blog. Not to be written to: all tests share it."""
    return sample_archive(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="session", params=VERSIONS)
def server(request: pytest.FixtureRequest, archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over the sample archive; a test that asks for it runs once with either version of Datasette."""
    with served(archive, tmp_path_factory.mktemp("served"), request.param) as running:
        yield running
