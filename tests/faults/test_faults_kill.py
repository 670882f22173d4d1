"""The real daemon on a real folder, killed in each step: after the next start all is there, once."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from daw_bridge.cli.demo import bass_line, bounce_stem
from daw_bridge.core.files import TEMPORARY_PREFIX, sha256_of
from daw_bridge.deliver.take_file import load_take
from daw_bridge.service.bridge import Bridge
from daw_bridge.session.start import start_session
from tests.sessions import PATIENCE_S, delivered_files

SETTINGS = """
preset: [fat-analog-sub, glassy-digital-pad]
settle: 0.1
tempo: 97
"""
WHOLE = [
    "bass/bass - Fat Analog Sub.wav",
    "bass/bass - Glassy Digital Pad.wav",
    "bass/bass.mid",
    "bass/bass.png",
    "bass/bass.take.yaml",
]
Said = dict[str, Any]


class Daemon:
    """`daw-bridge watch --json` in a process of its own; its events are awaited, line by line."""

    def __init__(self, session: Path, home: Path) -> None:
        self._events: queue.Queue[Said | None] = queue.Queue()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "daw_bridge", "watch", str(session), "--json"],
            stdout=subprocess.PIPE,
            env={**os.environ, "HOME": str(home), "XDG_STATE_HOME": str(home), "XDG_CONFIG_HOME": str(home)},
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._events.put(json.loads(line))
        self._events.put(None)

    def wait(self, fits: Callable[[Said], bool]) -> Said:
        while (event := self._events.get(timeout=PATIENCE_S)) is not None:
            if fits(event):
                return event
        raise AssertionError("the daemon ended before it said that")

    def kill(self) -> list[psutil.Process]:
        """Kill it as a power cut would; returns the workers that it had."""
        workers = psutil.Process(self.process.pid).children(recursive=True)
        self.process.kill()
        self.process.wait()
        return workers


@contextmanager
def daemon(session: Path, home: Path) -> Iterator[Daemon]:
    running = Daemon(session, home)
    try:
        yield running
    finally:
        running.process.terminate()
        running.process.wait(timeout=PATIENCE_S)


def is_event(name: str, **fields: object) -> Callable[[Said], bool]:
    return lambda event: event["event"] == name and all(event.get(k) == v for k, v in fields.items())


@pytest.fixture(scope="module")
def stem(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("stem") / "bass.wav"
    with Bridge() as bridge:
        bounce_stem(bridge, bass_line(), path)
    return path.read_bytes()


@pytest.fixture
def song(tmp_path: Path) -> Path:
    (tmp_path / "Song").mkdir()
    (tmp_path / "Song" / "bridge.yaml").write_text(SETTINGS)
    return start_session(tmp_path / "Song").folder


STAGES = {
    "as it is taken": is_event("taken"),
    "while it listens": is_event("progress", step="listen"),
    "while it transcribes": is_event("progress", step="transcribe"),
    "when the notes are there": is_event("notes_delivered"),
    "while it renders": is_event("progress", step="render", fraction=0.0),
    "between two renderings": is_event("progress", step="render", fraction=0.5),
    "after the last rendering": is_event("progress", step="render", fraction=1.0),
}


@pytest.mark.parametrize("stage", STAGES)
def test_killed_it_ends_in_the_same_files_after_the_next_start(
    stage: str, stem: bytes, song: Path, tmp_path: Path
) -> None:
    with daemon(song, tmp_path) as first:
        (song / "Bounces" / "bass.wav").write_bytes(stem)
        first.wait(STAGES[stage])
        workers = first.kill()
    _, alive = psutil.wait_procs(workers, timeout=PATIENCE_S)
    assert not alive, "a worker outlived its daemon"
    with daemon(song, tmp_path) as second:
        second.wait(lambda event: event["event"] in ("take_delivered", "skipped"))
    assert delivered_files(song) == WHOLE
    assert not list(song.rglob(f"{TEMPORARY_PREFIX}*"))
    assert (song / "Bounces" / "bass.wav").read_bytes() == stem


@pytest.mark.parametrize("stage", list(STAGES)[3:])
def test_killed_while_it_makes_a_take_again_it_finishes_at_the_next_start(
    stage: str, stem: bytes, song: Path, tmp_path: Path
) -> None:
    file = song / "Bridge" / "bass" / "bass.take.yaml"
    with daemon(song, tmp_path) as first:
        (song / "Bounces" / "bass.wav").write_bytes(stem)
        first.wait(is_event("take_delivered"))
        before = {rendering.file: rendering.sha256 for rendering in load_take(file).renderings}
        file.write_text(file.read_text().replace("\n  edits: []\n", "\n  edits: [transpose: 12]\n", 1))
        first.wait(STAGES[stage])
        first.kill()
    with daemon(song, tmp_path) as second:
        second.wait(is_event("skipped"))
        while not (take := load_take(file)).is_complete:
            second.wait(is_event("take_delivered"))
    assert delivered_files(song) == WHOLE
    assert not list(song.rglob(f"{TEMPORARY_PREFIX}*"))
    assert [edit.edit_name() for edit in take.recipe.edits] == ["transpose"]
    listed = [(one.file, one.sha256) for one in take.midi] + [(r.file, r.sha256) for r in take.renderings]
    assert all(name is not None and sha256_of(file.with_name(name)) == sha256 for name, sha256 in listed)
    assert all(before[rendering.file] != rendering.sha256 for rendering in take.renderings)


def test_asked_to_end_it_ends_and_leaves_no_process(stem: bytes, song: Path, tmp_path: Path) -> None:
    with daemon(song, tmp_path) as running:
        (song / "Bounces" / "bass.wav").write_bytes(stem)
        running.wait(is_event("take_delivered"))
        workers = psutil.Process(running.process.pid).children(recursive=True)
        running.process.terminate()
        assert running.process.wait(timeout=PATIENCE_S) == 0
    _, alive = psutil.wait_procs(workers, timeout=PATIENCE_S)
    assert not alive
