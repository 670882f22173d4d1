"""The command line: a file a command. What is heavy is imported when a command runs, not before."""

from daw_bridge.cli.app import main

__all__ = ["main"]
