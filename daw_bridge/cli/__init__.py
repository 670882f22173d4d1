"""The command line: a file a command. What is heavy is imported when a command runs, not before."""

from __future__ import annotations

import gc
import sys

INTERRUPTED = 130


def main() -> None:
    """The console script. Errors of ours end with their own exit code and no traceback."""
    if sys.argv[1:] in ([], ["-h"], ["--help"]):
        from daw_bridge.cli.overview import overview

        sys.stdout.write(overview() + "\n")
        return
    from daw_bridge.cli.app import app
    from daw_bridge.core.errors import BridgeError

    try:
        app(prog_name="daw-bridge")
    except BridgeError as error:
        if "--json" in sys.argv:
            from daw_bridge.cli.console import print_json
            from daw_bridge.cli.data import error_as_data

            print_json({"error": error_as_data(error)})
        else:
            from daw_bridge.cli.console import show_error

            show_error(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    finally:
        gc.freeze()  # to look for garbage among all that was imported takes a tenth of a second, and all ends
