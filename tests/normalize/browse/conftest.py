import pytest

from tests.normalize.browse.small import Small


@pytest.fixture
def small() -> Small:
    return Small()
