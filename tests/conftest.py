"""What all tests share."""

pytest_plugins = ["tests.plugins_fixtures"]
