from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from daw_bridge.core.errors import SessionBusy
from daw_bridge.session.lock import SessionLock

HOLD = """
import sys
from pathlib import Path
from daw_bridge.session.lock import SessionLock
with SessionLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_session_is_held_by_one_process_and_freed_by_its_death(tmp_path: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with other:
        assert other.stdout and other.stdout.readline().strip() == b"held"
        with pytest.raises(SessionBusy), SessionLock(tmp_path):
            pass
        other.kill()
        other.wait()
        with SessionLock(tmp_path):
            pass
