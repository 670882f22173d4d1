"""FL Studio projects. All are synthetic: written here event by event, after projects of FL Studio 20."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from daw_bridge.core.errors import SessionFileInvalid
from daw_bridge.core.meters import TimeSignature
from daw_bridge.session.readers import SessionInfo
from daw_bridge.session.readers.fl_studio import FlStudio
from tests.session.readers.mutations import read_or_refused

TICKS = 96


def event(number: int, value: int | bytes) -> bytes:
    """A number of 1, 2 or 4 bytes, or words with their length before them."""
    if isinstance(value, int):
        return bytes([number]) + value.to_bytes((1, 2, 4)[number >> 6], "little")
    length, lengths = len(value), bytearray()
    while length > 0x7F:
        lengths.append(length & 0x7F | 0x80)
        length >>= 7
    return bytes([number, *lengths, length]) + value


def text(number: int, words: str) -> bytes:
    return event(number, words.encode("utf-16-le") + b"\0\0")


def sample(channel: int, file: str) -> bytes:
    return event(64, channel) + text(196, file)


def meter_marker(beat: float, numerator: int, denominator: int, kind: int = 8) -> bytes:
    place = event(148, (kind << 24) + round(beat * TICKS))
    return place + text(205, "Verse") + event(33, numerator) + event(34, denominator)


def clip(beat: float, item: int, offset_ms: float = -1.0, *, size: int = 32) -> bytes:
    record = struct.pack("<IHHIIHHI", round(beat * TICKS), 20_480, item, 4 * TICKS, 499, 120, 64, 0)
    return (record + struct.pack("<ff", offset_ms, -1.0)).ljust(size, b"\0")


def project(*events: bytes, ticks: int = TICKS) -> bytes:
    content = b"".join(events)
    head = b"FLhd" + struct.pack("<IhHH", 6, 0, 1, ticks)
    return head + b"FLdt" + struct.pack("<I", len(content)) + content


VERSION = event(199, b"20.8.4.2576\0")
STEADY = (VERSION, event(156, 97_500), event(17, 7), event(18, 8), event(38, 1), event(213, bytes(1_000)))


def read(folder: Path, content: bytes) -> SessionInfo:
    file = folder / "Night Drive.flp"
    file.write_bytes(content)
    return FlStudio().read(file)


def test_tempo_and_meter(tmp_path: Path) -> None:
    info = read(tmp_path, project(*STEADY))
    assert info.daw == "FL Studio 20.8.4.2576"
    assert info.grid.tempo.is_constant
    assert info.grid.tempo.initial_bpm == 97.5
    assert info.grid.meters.initial == TimeSignature(7, 8)
    assert info.notes == ("if its tempo is automated, that is not read",)


def test_the_tempo_of_old_versions(tmp_path: Path) -> None:
    """Whole BPM, and thousandths of it apart."""
    info = read(tmp_path, project(event(199, b"3.4.0\0"), event(66, 97), event(93, 250)))
    assert info.grid.tempo.initial_bpm == 97.25
    assert read(tmp_path, project(event(66, 140))).grid.tempo.initial_bpm == 140.0


def test_markers_that_change_the_meter(tmp_path: Path) -> None:
    """Those of patterns, which come before the arrangement, and of other kinds do not."""
    markers = [meter_marker(8, 7, 8), meter_marker(12, 5, 4, kind=9), meter_marker(15, 4, 4)]
    content = project(*STEADY[:2], meter_marker(0, 3, 2), event(99, 0), *markers)
    meters = read(tmp_path, content).grid.meters
    assert [(change.beat, str(change.time_signature)) for change in meters.changes] == [
        (0.0, "4/4"),
        (8.0, "7/8"),
        (15.0, "4/4"),
    ]


@pytest.mark.parametrize("size", [32, 60, 80])
def test_audio_clips_of_the_first_arrangement(tmp_path: Path, size: int) -> None:
    """Records have grown from version to version; patterns and silent channels lie among the clips."""
    items = [(0, 1), (4, 2), (16.5, 1), (20, 20_481)]
    playlist = b"".join(clip(beat, item, size=size) for beat, item in items) + clip(32, 1, 250.0, size=size)
    content = project(
        *STEADY,
        sample(0, "C:\\Samples\\kick.wav"),
        sample(1, "Bounces\\bäss.wav"),
        event(99, 0),
        event(233, playlist),
        event(99, 1),
        event(233, clip(0, 0, size=size)),
    )
    info = read(tmp_path, content)
    assert [(found.file.as_posix(), found.start_beat, found.offset_s) for found in info.clips] == [
        ("Bounces/bäss.wav", 0.0, 0.0),
        ("Bounces/bäss.wav", 16.5, 0.0),
        ("Bounces/bäss.wav", 32.0, 0.25),
    ]
    assert "2 arrangements: the first is read" in info.notes


def test_steps_that_are_no_meter(tmp_path: Path) -> None:
    info = read(tmp_path, project(event(156, 120_000), event(17, 16), event(18, 3)))
    assert info.grid.meters.initial == TimeSignature(4, 4)
    assert "its 16 by 3 is no meter: 4/4 is taken" in info.notes


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no FL Studio project"),
        (b"MThd" + project(*STEADY)[4:], "no FL Studio project"),
        (project(*STEADY, ticks=0), "no FL Studio project"),
        (project(*STEADY)[:600], "in the middle"),
        (project(event(156, 120_000), bytes([213, 100])), "in the middle of an event"),
        (project(event(156, 120_000), bytes([213, 255, 255, 255, 255, 255])), "no length"),
        (project(VERSION), "no tempo"),
        (project(VERSION, event(156, 5_000)), "10 to 999 BPM"),
        (project(event(156, 99_000), meter_marker(4, 0, 4)), "no time signature"),
    ],
)
def test_what_is_broken_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(SessionFileInvalid, match=says):
        read(tmp_path, content)


def test_mutations_are_read_or_refused(tmp_path: Path) -> None:
    contents = [
        project(*STEADY, sample(1, "a.wav"), event(99, 0), meter_marker(8, 7, 8), event(233, clip(0, 1))),
        project(event(66, 97), event(93, 250), event(17, 4)),
    ]
    words = [
        event(156, 97_000),
        event(99, 1),
        event(233, b""),
        b"\xff" * 5,
        b"\x7f\xff\xff\xff",
        b"\0\0\xc0\x7f",
    ]
    refused = read_or_refused(FlStudio(), tmp_path / "a.flp", contents, words)
    assert 500 < refused < 9_500
