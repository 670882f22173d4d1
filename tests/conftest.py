"""What all tests share."""

import pytest
from hypothesis import settings

pytest_plugins = ["tests.plugins_fixtures"]

# No deadlines: on a shared machine they fail for what others do.
settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long come first: else one worker is left with them when the other has nothing to do."""
    long = {item.path for item in items if item.get_closest_marker("slow") or item.get_closest_marker("real")}
    items.sort(key=lambda item: item.path not in long)
