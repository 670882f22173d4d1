"""A disk that is full: told, nothing lost, and mended by the next start."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from daw_bridge.core.files import TEMPORARY_PREFIX
from daw_bridge.flow.events import Failed, TakeDelivered
from daw_bridge.service.serving import OpenSession
from daw_bridge.session.start import start_session
from tests.fake_bridge import SETTINGS, FakeBridge, take_of
from tests.flow.test_flow_pipeline import bounce_tone
from tests.sessions import Heard, delivered_files

ROOM_FOR_JOURNAL_AND_NOTES = 200_000
"""Bytes: less than the rendering of two seconds needs."""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB."""
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("needs root on Linux, to mount a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], check=False)
    if mounted.returncode != 0:
        pytest.fail("mount refused a tmpfs") if os.environ.get("CI") else pytest.skip("mount refused a tmpfs")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_is_told_and_mended_by_the_next_start(small_disk: Path, tmp_path: Path) -> None:
    (small_disk / "Song").mkdir()
    (small_disk / "Song" / "bridge.yaml").write_text(SETTINGS)
    session = start_session(small_disk / "Song")
    stem = bounce_tone(tmp_path / "stem.wav")
    (session.watched / "bass.wav").write_bytes(stem.read_bytes())
    ballast = small_disk / "ballast"
    free = os.statvfs(small_disk)
    ballast.write_bytes(bytes(free.f_bavail * free.f_frsize - ROOM_FOR_JOURNAL_AND_NOTES))

    heard = Heard()
    with FakeBridge(tmp_path / "state") as bridge, OpenSession(bridge, session, heard):
        failed = heard.wait(Failed)
    assert failed.error.code == "delivery-failed"
    assert "free space" in failed.error.advice
    assert (session.watched / "bass.wav").read_bytes() == stem.read_bytes()

    ballast.unlink()
    with FakeBridge(tmp_path / "state") as bridge, OpenSession(bridge, session, heard):
        heard.wait(TakeDelivered, lambda event: len(event.delivered.audio) == 1)
    assert delivered_files(session.folder) == take_of("bass")
    assert not list(session.folder.rglob(f"{TEMPORARY_PREFIX}*"))
