"""What goes wrong around a watch: folders that vanish, drives that say nothing, receivers that fail."""

from __future__ import annotations

import errno
import queue
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from daw_bridge.watch import FolderWatch, folder
from daw_bridge.watch.disk import files_below, readiness
from daw_bridge.watch.names import IsWanted
from daw_bridge.watch.notices import Notices
from daw_bridge.watch.settling import Readiness
from tests.watch.watched import AWAIT_S, BOUNCE, Messages, Watched


def test_what_watchdog_complains_of_is_not_shown() -> None:
    code = (
        "import logging, daw_bridge.watch.notices\n"
        "logging.getLogger('watchdog.observers.inotify').error('queue_events() called')"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stderr == ""


def test_a_folder_that_goes_and_comes_back_is_watched_again(watched: Watched, messages: Messages) -> None:
    watched.watch(rescan_s=0.05)
    watched.write("bass.wav")
    assert watched.next_names(1) == {"bass.wav"}
    shutil.rmtree(watched.path)
    messages.until("is not there")
    watched.write("lead.wav")
    assert watched.next_names(1) == {"lead.wav"}
    messages.until("is back")
    watched.write("pad.wav")
    assert watched.next_names(1) == {"pad.wav"}


def test_another_folder_put_in_its_place_is_watched(watched: Watched, tmp_path: Path) -> None:
    watch = watched.watch(rescan_s=0.05)
    watched.write("bass.wav")
    assert watched.next_names(1) == {"bass.wav"}
    was_polling = watch.is_polling
    watched.path.rename(tmp_path / "unmounted")
    watched.write("lead.wav")
    assert watched.next_names(1) == {"lead.wav"}
    watched.write("verse/pad.wav")
    assert watched.next_names(1) == {"verse/pad.wav"}
    assert watch.is_polling == was_polling


def test_a_folder_that_is_missing_at_start_is_waited_for(watched: Watched, messages: Messages) -> None:
    watched.path.rmdir()
    watched.watch(rescan_s=0.05)
    messages.until("is not there")
    watched.write("bass.wav")
    assert watched.next_names(1) == {"bass.wav"}


def test_paths_begin_with_the_folder_as_it_was_given(noticed: Watched, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(noticed.path, target_is_directory=True)
    noticed.path = link
    noticed.watch()
    noticed.write("bass.wav")
    assert noticed.next_names(1) == {"bass.wav"}  # relative to the link, or relative_to would have raised
    noticed.write("lead.wav")
    assert noticed.next_names(1) == {"lead.wav"}


def test_notices_that_have_ended_are_begun_again(noticed: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the folder is removed and made again between two looks, with the same inode."""
    begun: queue.Queue[Notices] = queue.Queue()

    class Ended(Notices):
        def __init__(self, watched_folder: Path, on_notice: Callable[[], None], is_wanted: IsWanted) -> None:
            super().__init__(watched_folder, on_notice, is_wanted)
            begun.put(self)

    monkeypatch.setattr(folder, "Notices", Ended)
    noticed.watch(rescan_s=0.05)
    begun.get(timeout=AWAIT_S).stop()
    begun.get(timeout=AWAIT_S)
    noticed.write("bass.wav")
    assert noticed.next_names(1) == {"bass.wav"}


def test_a_network_drive_that_announces_nothing_is_polled(
    noticed: Watched, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Deaf:
        are_alive = True

        def __init__(self, watched_folder: Path, on_notice: Callable[[], None], is_wanted: IsWanted) -> None:
            pass

        def stop(self) -> None:
            pass

    monkeypatch.setattr(folder, "Notices", Deaf)
    watch = noticed.watch(rescan_s=0.05)
    noticed.write("bass.wav")
    assert noticed.next_names(1) == {"bass.wav"}
    noticed.write("lead.wav")
    assert noticed.next_names(1) == {"lead.wav"}
    messages.until("are not announced")
    assert watch.is_polling


def test_without_notices_of_the_system_the_folder_is_polled(
    noticed: Watched, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(watched_folder: Path, on_notice: Callable[[], None], is_wanted: IsWanted) -> None:
        raise OSError(errno.ENOSPC, "inotify watch limit reached")

    monkeypatch.setattr(folder, "Notices", refuse)
    watch = noticed.watch()
    noticed.write("bass.wav")
    assert noticed.next_names(1) == {"bass.wav"}
    assert watch.is_polling
    messages.until("inotify watch limit reached")


BEYOND_INOTIFY = """
import logging, queue, sys
from pathlib import Path
from daw_bridge.watch import FolderWatch
logging.basicConfig(format="%(message)s")
folder, bounces = Path(sys.argv[1]), queue.Queue()
with FolderWatch(folder, bounces.put, settle_s=0.1, rescan_s=0.2, poll_s=0.1) as watch:
    bounces.get(timeout=20)
    (folder / "verse" / "bass.wav").write_bytes((folder / "first.wav").read_bytes())
    print(bounces.get(timeout=20).name)
    while not watch.is_polling:
        watch._thread.join(0.1)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")
@pytest.mark.parametrize(("limit", "said"), [(0, "announces no changes"), (1, "are not announced")])
def test_beyond_the_limit_of_inotify_bounces_are_found_all_the_same(
    tmp_path: Path, limit: int, said: str
) -> None:
    """With no watch left for the folder, and none left for its sub-folder, in a namespace of its own."""
    (tmp_path / "verse").mkdir()
    (tmp_path / "first.wav").write_bytes(BOUNCE)
    set_limit = f"echo {limit} > /proc/sys/user/max_inotify_watches"
    unshare = ("unshare", "-Ur", "sh", "-c")
    if subprocess.run([*unshare, set_limit], capture_output=True).returncode:
        pytest.skip("no user namespaces here, in which to set a limit")
    ran = subprocess.run(
        [*unshare, f'{set_limit} && exec "$0" -c "$1" "$2"', sys.executable, BEYOND_INOTIFY, tmp_path],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == "bass.wav\n"
    assert said in ran.stderr


def test_an_error_of_the_receiver_is_logged_and_the_watch_goes_on(
    noticed: Watched, messages: Messages
) -> None:
    received: queue.Queue[Path] = queue.Queue()

    def on_bounce(path: Path) -> None:
        received.put(path)
        raise RuntimeError("no room")

    with FolderWatch(noticed.path, on_bounce, settle_s=0.05):
        noticed.write("bass.wav")
        received.get(timeout=AWAIT_S)
        noticed.write("lead.wav")
        assert received.get(timeout=AWAIT_S).name == "lead.wav"
    messages.until("no room")


def test_it_can_be_ended_by_its_own_receiver(noticed: Watched) -> None:
    ended: queue.Queue[Path] = queue.Queue()

    def on_bounce(path: Path) -> None:
        watch.stop()
        ended.put(path)

    watch = FolderWatch(noticed.path, on_bounce, settle_s=0.05)
    noticed.write("bass.wav")
    watch.start()
    ended.get(timeout=AWAIT_S)
    watch.stop()
    assert watch._thread.is_alive() is False


def test_a_quiet_folder_is_left_in_peace(noticed: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    scans: queue.Queue[None] = queue.Queue()

    def counted(*arguments: object) -> object:
        scans.put(None)
        return files_below(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(folder, "files_below", counted)
    noticed.watch()
    noticed.write("bass.wav")
    noticed.next()
    while not scans.empty():
        scans.get()
    with pytest.raises(queue.Empty):
        scans.get(timeout=0.5)  # 60 s from one look to the next; our own reading wakes nobody


def test_a_file_held_by_another_program_is_told_from_one_that_is_incomplete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bass.wav"
    path.write_bytes(BOUNCE)
    assert readiness(path) is Readiness.READY

    def held(*_: object, **__: object) -> object:
        error = PermissionError(errno.EACCES, "in use")
        error.winerror = 32  # type: ignore[attr-defined]
        raise error

    monkeypatch.setattr(Path, "open", held)
    assert readiness(path) is Readiness.HELD
