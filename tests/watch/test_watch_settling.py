"""The settling of files, against an imagined disk and clock."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.watch.settling import FileState, Readiness, Settling

SETTLE_S = 0.5
GIVE_UP_S = 10.0
BASS = Path("bass.wav")


@dataclass
class Disk:
    """A disk and a clock to turn by hand; `reports` keeps what settled and when."""

    now_s: float = 0.0
    files: dict[Path, FileState] = field(default_factory=dict)
    unready: dict[Path, Readiness] = field(default_factory=dict)
    changed_s: dict[Path, float] = field(default_factory=dict)
    reports: list[tuple[float, Path, FileState]] = field(default_factory=list)
    writes: int = 0
    while_examining: FileState | None = None

    def __post_init__(self) -> None:
        self.settling = Settling(
            settle_s=SETTLE_S, give_up_s=GIVE_UP_S, look=self.files.get, readiness=self.readiness
        )

    def readiness(self, path: Path) -> Readiness:
        if self.while_examining is not None:
            self.files[path], self.while_examining = self.while_examining, None
        return self.unready.get(path, Readiness.READY)

    def write(self, path: Path, size: int = 100) -> None:
        self.writes += 1
        self.files[path] = FileState(size, self.writes)
        self.changed_s[path] = self.now_s

    def remove(self, path: Path) -> None:
        self.files.pop(path, None)

    def scan(self) -> None:
        for path, state in self.files.items():
            self.settling.observe(path, state, self.now_s)

    def wait(self, seconds: float) -> None:
        """Let time pass as the watch does: scan, then look whenever the machine wants to."""
        end_s = self.now_s + seconds
        self.scan()
        while (next_s := self.settling.next_look_s) is not None and next_s <= end_s:
            self.now_s = max(self.now_s, next_s)
            for path in self.settling.advance(self.now_s):
                self.reports.append((self.now_s, path, self.files[path]))
        self.now_s = end_s


def test_a_file_that_stands_still_is_reported_once() -> None:
    disk = Disk()
    disk.write(BASS)
    disk.wait(0.4)
    assert disk.reports == []
    disk.wait(60.0)
    assert [(time_s, path) for time_s, path, _ in disk.reports] == [(SETTLE_S, BASS)]


def test_a_growing_file_waits_until_it_stands_still() -> None:
    disk = Disk()
    for size in range(10):
        disk.write(BASS, size)
        disk.wait(0.3)
    assert disk.reports == []
    disk.wait(1.0)
    assert len(disk.reports) == 1


def test_a_rewritten_file_is_reported_again() -> None:
    disk = Disk()
    disk.write(BASS)
    disk.wait(1.0)
    disk.write(BASS)
    disk.wait(1.0)
    assert len(disk.reports) == 2


def test_a_state_that_was_reported_is_not_reported_when_the_file_comes_back() -> None:
    disk = Disk()
    disk.write(BASS)
    disk.wait(1.0)
    state = disk.files.pop(BASS)
    disk.wait(1.0)
    disk.files[BASS] = state
    disk.wait(1.0)
    assert len(disk.reports) == 1


def test_a_file_that_changes_and_changes_back_is_not_reported_again() -> None:
    disk = Disk()
    disk.write(BASS)
    disk.wait(1.0)
    state = disk.files[BASS]
    disk.write(BASS)
    disk.wait(0.2)
    disk.files[BASS] = state
    disk.wait(5.0)
    assert len(disk.reports) == 1


def test_a_file_that_goes_while_it_settles_is_forgotten() -> None:
    disk = Disk()
    disk.write(BASS)
    disk.wait(0.3)
    disk.remove(BASS)
    disk.wait(5.0)
    assert disk.reports == []
    assert disk.settling.next_look_s is None


def test_a_file_that_changes_while_it_is_examined_starts_anew() -> None:
    disk = Disk()
    disk.write(BASS)
    disk.while_examining = FileState(200, 99)
    disk.wait(0.9)
    assert disk.reports == []
    disk.wait(1.0)
    assert [state.size for _, _, state in disk.reports] == [200]


def test_an_incomplete_file_is_reported_when_hope_is_given_up() -> None:
    disk = Disk()
    disk.write(BASS)
    disk.unready[BASS] = Readiness.INCOMPLETE
    disk.wait(GIVE_UP_S - 0.1)
    assert disk.reports == []
    disk.wait(SETTLE_S + 0.1)
    assert len(disk.reports) == 1
    disk.wait(60.0)
    assert len(disk.reports) == 1


def test_a_held_file_is_waited_for_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    disk = Disk()
    disk.write(BASS)
    disk.unready[BASS] = Readiness.HELD
    with caplog.at_level(logging.WARNING):
        disk.wait(600.0)
    assert disk.reports == []
    assert [record.message for record in caplog.records].count(
        "bass.wav: another program still holds this file; waiting for it"
    ) == 1
    del disk.unready[BASS]
    disk.wait(1.0)
    assert len(disk.reports) == 1


PATHS = st.sampled_from([Path("bass.wav"), Path("lead.wav")])
STEPS = st.one_of(
    st.tuples(st.just("write"), PATHS, st.integers(0, 3)),
    st.tuples(st.just("remove"), PATHS, st.just(0)),
    st.tuples(st.just("unready"), PATHS, st.integers(0, 2)),
    st.tuples(st.just("wait"), PATHS, st.integers(1, 40)),
)


@given(st.lists(STEPS, max_size=40))
def test_whatever_happens_bounces_are_reported_still_and_once_and_at_last(
    steps: list[tuple[str, Path, int]],
) -> None:
    disk = Disk()
    for action, path, number in steps:
        match action:
            case "write":
                disk.write(path, number)
            case "remove":
                disk.remove(path)
            case "unready":
                disk.unready[path] = list(Readiness)[number]
            case "wait":
                before = len(disk.reports)
                disk.wait(number / 10)
                for time_s, reported, _ in disk.reports[before:]:
                    assert time_s - disk.changed_s[reported] >= SETTLE_S - 1e-9
                    assert disk.unready.get(reported) is not Readiness.HELD
                    if disk.unready.get(reported) is Readiness.INCOMPLETE:
                        assert time_s - disk.changed_s[reported] >= GIVE_UP_S - 1e-9
    disk.unready.clear()
    disk.wait(GIVE_UP_S + 2 * SETTLE_S)
    settled = [(path, state) for _, path, state in disk.reports]
    assert len(settled) == len(set(settled))
    assert set(disk.files.items()) <= set(settled)
    assert disk.settling.next_look_s is None
