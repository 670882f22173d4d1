"""What all tests share."""

from hypothesis import settings

pytest_plugins = ["tests.plugins_fixtures"]

# No deadlines: on a shared machine they fail for what others do.
settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")
