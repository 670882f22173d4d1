"""What a container says of its completeness, on files by pedalboard and on pieces of them."""

from __future__ import annotations

import io
from functools import cache

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pedalboard.io import AudioFile

from daw_bridge.core.container import Completeness, examine
from tests.intake.files import pcm_16, tone, wav_bytes

KINDS = {"wav": "WAV", "aiff": "AIFF", "flac": "FLAC", "ogg": "Ogg", "mp3": "MP3"}
UNSEEN_BYTES = {"wav": 0, "aiff": 0, "flac": 6_000, "ogg": 0, "mp3": 2_880}
"""How much may be missing at the end unseen: FLAC's last frame, one MP3 frame."""


@cache
def encoded(suffix: str) -> bytes:
    return bytes(AudioFile.encode(tone(1.0, channels=2), 44_100, suffix, num_channels=2))


def completeness(content: bytes) -> Completeness | None:
    container = examine(io.BytesIO(content))
    return container.completeness if container else None


@pytest.mark.parametrize("suffix", KINDS)
def test_a_whole_file_is_whole(suffix: str) -> None:
    container = examine(io.BytesIO(encoded(suffix)))
    assert container is not None
    assert (container.kind, container.completeness) == (KINDS[suffix], Completeness.WHOLE)


@pytest.mark.parametrize("suffix", KINDS)
@given(data=st.data())
def test_no_beginning_of_a_file_is_whole(suffix: str, data: st.DataObject) -> None:
    """What a watcher sees while a finished file is copied."""
    whole = encoded(suffix)
    shown = data.draw(st.integers(12, len(whole) - 1 - UNSEEN_BYTES[suffix]))
    if suffix == "mp3" and shown < 60:
        return  # the promise itself is not there yet
    assert completeness(whole[:shown]) in (Completeness.CUT, Completeness.UNFINISHED, Completeness.DAMAGED)


def test_an_ogg_file_cut_between_two_pages_is_cut() -> None:
    whole = encoded("ogg")
    assert completeness(whole[: whole.rfind(b"OggS")]) is Completeness.CUT


@pytest.mark.parametrize("suffix", KINDS)
def test_a_tag_behind_the_audio_changes_nothing(suffix: str) -> None:
    assert completeness(encoded(suffix) + b"TAG" + b"title".ljust(125, b"\0")) is Completeness.WHOLE


def test_an_id3_tag_before_an_mp3_is_passed_over() -> None:
    tag = b"ID3\x04\0\0" + bytes([0, 0, 2, 0]) + b"\xff" * 256
    assert completeness(tag + encoded("mp3")) is Completeness.WHOLE
    assert completeness(tag + encoded("mp3")[:10_000]) is Completeness.CUT
    assert completeness(tag) is Completeness.EMPTY


@pytest.mark.parametrize(
    ("promised_bytes", "expected"),
    [(0, Completeness.UNFINISHED), (0xFFFFFFFF, Completeness.UNFINISHED), (2**31, Completeness.CUT)],
)
def test_a_wav_header_as_recorders_leave_it(promised_bytes: int, expected: Completeness) -> None:
    assert completeness(wav_bytes(pcm_16(tone(0.1)), promised_bytes=promised_bytes)) is expected


def test_a_header_with_nothing_behind_it_is_empty() -> None:
    assert completeness(wav_bytes(b"")) is Completeness.EMPTY
    assert completeness(b"") is Completeness.EMPTY


def test_room_set_aside_is_unfinished() -> None:
    assert completeness(bytes(5_000)) is Completeness.UNFINISHED


@pytest.mark.parametrize("content", [b"Dear diary", b"PK\x03\x04" + bytes(50), b"RIFF\x24\0\0\0AVI LIST"])
def test_other_files_are_not_known(content: bytes) -> None:
    assert completeness(content) is None


@given(st.sampled_from([b"RIFF", b"RF64", b"FORM", b"fLaC", b"OggS", b"ID3\x04", b"\xff\xfb"]), st.binary())
@example(b"RIFF", b"\0\0\0\0WAVEfmt ")
@example(b"FORM", b"\0\0\0\0AIFFCOMM\0\0\0\x12")
def test_any_bytes_are_examined(magic: bytes, content: bytes) -> None:
    completeness(magic + content)
