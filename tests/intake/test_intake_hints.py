"""Hints in audio files. The files are pedalboard's; chunks and tags are synthetic, made here byte by byte."""

from __future__ import annotations

import os
import random
import struct
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.meters import TimeSignature
from daw_bridge.intake import inspect
from daw_bridge.intake.hints import (
    Hint,
    LengthHint,
    MarkerHint,
    MeterHint,
    OriginHint,
    RootHint,
    TempoHint,
    TimeReferenceHint,
    Trust,
    hints_of,
)
from tests.intake.files import tone, write_audio
from tests.intake.tagged_files import (
    acid,
    bext,
    chunk,
    comments,
    frame,
    id3,
    smpl,
    wav,
    with_flac_comments,
)

IXML = """<?xml version="1.0" encoding="UTF-8"?>
<BWFXML>
  <IXML_VERSION>2.10</IXML_VERSION>
  <SPEED>
    <TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI>0</TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI>
    <TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO>172800000</TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO>
    <TIMESTAMP_SAMPLE_RATE>48000</TIMESTAMP_SAMPLE_RATE>
  </SPEED>
  <ASWG><tempo>97.5</tempo><timeSig>7/8</timeSig></ASWG>
</BWFXML>
"""


def hints_in(folder: Path, content: bytes, name: str = "bass.wav") -> tuple[Hint, ...]:
    file = folder / name
    file.write_bytes(content)
    return hints_of(file)


def tempos(hints: tuple[Hint, ...]) -> list[tuple[float, Trust]]:
    return [(hint.tempo_bpm, hint.trust) for hint in hints if isinstance(hint, TempoHint)]


def test_a_time_reference_counts_frames_from_midnight(tmp_path: Path) -> None:
    hints = hints_in(tmp_path, wav(bext(48_000 * 3_610, originator="Pro Tools", description="Bass, take 3")))
    source, trust = "the bext chunk", Trust.RECORDING
    place = TimeReferenceHint(source=source, trust=trust, frames=173_280_000, rate_hz=48_000)
    origin = OriginHint(source=source, trust=trust, originator="Pro Tools", description="Bass, take 3")
    assert hints == (place, origin)
    assert place.clock_s == 3_610.0


def test_a_time_reference_may_stand_before_the_format(tmp_path: Path) -> None:
    plain = wav()
    content = plain[:12] + bext(48_000 * 3_610) + plain[12:]
    content = content[:4] + struct.pack("<I", len(content) - 8) + content[8:]
    (place,) = hints_in(tmp_path, content)
    assert isinstance(place, TimeReferenceHint) and place.clock_s == 3_610.0


def test_a_time_reference_beyond_a_day_is_none(tmp_path: Path) -> None:
    assert hints_in(tmp_path, wav(bext(48_000 * 86_400))) == ()
    assert hints_in(tmp_path, wav(bext(2**64 - 1))) == ()


def test_a_loop_says_tempo_meter_length_and_root(tmp_path: Path) -> None:
    hints = hints_in(tmp_path, wav(after=acid(97.5, beats=14, meter=(7, 8)) + smpl(45)))
    source, trust = "the acid chunk", Trust.LOOP
    assert hints == (
        RootHint(source=source, trust=trust, pitch=57),
        TempoHint(source=source, trust=trust, tempo_bpm=97.5),
        MeterHint(source=source, trust=trust, time_signature=TimeSignature(7, 8)),
        LengthHint(source=source, trust=trust, beats=14),
        RootHint(source="the smpl chunk", trust=trust, pitch=45),
    )


@pytest.mark.parametrize("tempo_bpm", [0.0, -97.0, 5.0, 1e9, float("nan"), float("inf")])
def test_what_is_no_tempo_is_none(tmp_path: Path, tempo_bpm: float) -> None:
    assert tempos(hints_in(tmp_path, wav(acid(tempo_bpm)))) == []


def test_a_one_shot_has_no_tempo_and_an_unset_root_is_none(tmp_path: Path) -> None:
    assert hints_in(tmp_path, wav(acid(120.0, flags=1))) == ()


def test_ixml(tmp_path: Path) -> None:
    hints = hints_in(tmp_path, wav(after=chunk(b"iXML", IXML.encode() + b"\0\0")))
    source, trust = "the iXML chunk", Trust.RECORDING
    assert hints == (
        TimeReferenceHint(source=source, trust=trust, frames=172_800_000, rate_hz=48_000),
        TempoHint(source=source, trust=trust, tempo_bpm=97.5),
        MeterHint(source=source, trust=trust, time_signature=TimeSignature(7, 8)),
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<BWFXML><tempo>97",
        b'<!DOCTYPE x [<!ENTITY a "97">]><BWFXML><tempo>&a;</tempo></BWFXML>',
        b'<?xml version="1.0" encoding="klingon"?><BWFXML/>',
        b"<BWFXML><tempo>fast</tempo><timeSig>7</timeSig><SPEED/></BWFXML>",
        b"<a>" * 50_000,
    ],
)
def test_ixml_that_is_broken_says_nothing(tmp_path: Path, content: bytes) -> None:
    hints = hints_in(tmp_path, wav(chunk(b"iXML", content), acid(120.0)))
    assert tempos(hints) == [(120.0, Trust.LOOP)]


def test_aiff_markers_and_apple_loops(tmp_path: Path) -> None:
    file = write_audio(tmp_path / "bass.aiff", tone(0.5))
    pascal = [bytes([len(name)]) + name + b"\0" * ((len(name) + 1) % 2) for name in (b"Verse", b"Chorus")]
    marks = [struct.pack(">HI", number, number * 11_025) + name for number, name in enumerate(pascal)]
    mark = chunk(b"MARK", struct.pack(">H", 2) + b"".join(marks), ">")
    basc = chunk(b"basc", struct.pack(">IIHHHHH66x", 1, 16, 48, 1, 4, 4, 1), ">")
    content = file.read_bytes() + mark + basc
    hints = hints_in(tmp_path, content[:4] + struct.pack(">I", len(content) - 8) + content[8:], "bass.aiff")
    assert hints == (
        MarkerHint(source="its markers", trust=Trust.RECORDING, name="Verse", frames=0),
        MarkerHint(source="its markers", trust=Trust.RECORDING, name="Chorus", frames=11_025),
        RootHint(source="the Apple Loops chunk", trust=Trust.LOOP, pitch=48),
        MeterHint(source="the Apple Loops chunk", trust=Trust.LOOP, time_signature=TimeSignature(4, 4)),
        LengthHint(source="the Apple Loops chunk", trust=Trust.LOOP, beats=16),
    )


ID3_TAGS = {
    "2.2": id3(2, frame(b"TT2", b"\0Bass", 2), frame(b"TBP", b"\x0097", 2)),
    "2.3": id3(3, frame(b"APIC", b"x" * 9_000, 3), frame(b"TBPM", b"\x01" + "97".encode("utf-16"), 3)),
    "2.4": id3(4, frame(b"APIC", b"x" * 9_000, 4), frame(b"TBPM", b"\x0397\x00120", 4)),
}


@pytest.mark.parametrize("version", ID3_TAGS)
def test_the_tempo_of_an_mp3s_tag(tmp_path: Path, version: str) -> None:
    content = write_audio(tmp_path / "plain.mp3", tone(0.5)).read_bytes()
    hints = hints_in(tmp_path, ID3_TAGS[version] + content, "bass.mp3")
    assert hints == (TempoHint(source="the ID3 tag", trust=Trust.TAG, tempo_bpm=97.0),)
    assert hints_of(tmp_path / "plain.mp3") == ()


def test_an_id3_tag_in_a_wav(tmp_path: Path) -> None:
    assert tempos(hints_in(tmp_path, wav(after=chunk(b"id3 ", ID3_TAGS["2.3"])))) == [(97.0, Trust.TAG)]


def test_the_comments_of_a_flac(tmp_path: Path) -> None:
    content = write_audio(tmp_path / "plain.flac", tone(0.5)).read_bytes()
    tagged = with_flac_comments(content, comments("TITLE=Bass", "bpm=97,5"))
    assert hints_in(tmp_path, tagged, "bass.flac") == (
        TempoHint(source="the Vorbis comments", trust=Trust.TAG, tempo_bpm=97.5),
    )
    assert inspect(tmp_path / "bass.flac").frames == inspect(tmp_path / "plain.flac").frames


def ogg_page(*packets: bytes) -> bytes:
    lengths = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
    return b"OggS" + bytes(22) + bytes([len(lengths)]) + lengths + b"".join(packets)


@pytest.mark.parametrize("start", [b"\x03vorbis", b"OpusTags", b"\x84\0\0\0"])
def test_the_comments_of_an_ogg(tmp_path: Path, start: bytes) -> None:
    """The first packet has a page of its own, the second starts the next, in segments of 255 bytes."""
    for filler in (0, 200, 462, 463, 1_000):
        packet = start + comments("TITLE=" + "x" * filler, "TEMPO=97")
        content = ogg_page(b"\x01vorbis" + bytes(23)) + ogg_page(packet, b"\x05vorbis" + bytes(300))
        assert tempos(hints_in(tmp_path, content, "bass.ogg")) == [(97.0, Trust.TAG)]


def test_a_real_ogg_has_none(tmp_path: Path) -> None:
    assert hints_of(write_audio(tmp_path / "bass.ogg", tone(0.5))) == ()


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("bass 97bpm", [97.0]),
        ("Loop_BPM120_Am", [120.0]),
        ("drums-97.5 BPM (2)", [97.5]),
        ("kick@140bpm", [140.0]),
        ("bass 97", []),
        ("bpm", []),
        ("take 1997bpm", []),
        ("3bpm", []),
        ("05bpm", []),
        ("120bpmx", []),
        ("1.120bpm", []),
    ],
)
def test_a_tempo_in_the_name_is_a_guess(tmp_path: Path, name: str, found: list[float]) -> None:
    hints = hints_in(tmp_path, wav(), f"{name}.wav")
    assert tempos(hints) == [(bpm, Trust.NAME) for bpm in found]
    assert all("guess" in hint.source for hint in hints)


def test_the_most_trusted_comes_first(tmp_path: Path) -> None:
    tagged = wav(acid(120.0), bext(48_000), after=chunk(b"id3 ", ID3_TAGS["2.3"]))
    hints = hints_in(tmp_path, tagged, "bass 140bpm.wav")
    assert [hint.trust for hint in hints] == sorted((hint.trust for hint in hints), reverse=True)
    assert [bpm for bpm, _ in tempos(hints)] == [120.0, 97.0, 140.0]


def test_what_is_no_file_has_its_name_only(tmp_path: Path) -> None:
    (tmp_path / "a folder 97bpm.wav").mkdir()
    for name in ("gone 97bpm.wav", "a folder 97bpm.wav"):
        assert tempos(hints_of(tmp_path / name)) == [(97.0, Trust.NAME)]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "bass.wav")
    assert hints_of(tmp_path / "bass.wav") == ()


@pytest.mark.parametrize("kept", [4, 12, 40, 50, 300, 380, 700])
def test_a_cut_file_says_what_comes_before_the_cut(tmp_path: Path, kept: int) -> None:
    hints = hints_in(tmp_path, wav(bext(48_000), acid(97.0))[:kept])
    assert bool(hints) == (kept >= 44 + 346)


def test_a_thousand_chunks_of_one_name_are_read_once(tmp_path: Path) -> None:
    hints = hints_in(tmp_path, wav(*[acid(97.0)] * 1_000))
    assert tempos(hints) == [(97.0, Trust.LOOP)]


@given(
    st.binary(max_size=400),
    st.sampled_from([b"RIFF\0\0\0\0WAVE", b"FORM\0\0\0\0AIFF", b"fLaC", b"OggS", b"ID3\x03\0\0"]),
)
def test_any_bytes_behind_a_known_start(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, start: bytes
) -> None:
    hints_in(tmp_path_factory.mktemp("any"), start + content)


def _files(folder: Path) -> dict[str, bytes]:
    """A file of each kind with everything in it that is looked for."""
    flac = write_audio(folder / "a.flac", tone(0.02)).read_bytes()
    ogg = ogg_page(b"\x01vorbis" + bytes(23)) + ogg_page(b"\x03vorbis" + comments("BPM=97", "TITLE=a"))
    marks = chunk(b"MARK", struct.pack(">HHIB5s", 1, 1, 100, 5, b"Verse"), ">")
    basc = chunk(b"basc", struct.pack(">IIHHHHH", 1, 16, 48, 1, 4, 4, 1), ">")
    aiff = b"FORM" + struct.pack(">I", 200) + b"AIFF" + marks + basc + chunk(b"ID3 ", ID3_TAGS["2.2"], ">")
    return {
        "wav": wav(bext(48_000), acid(97.0), smpl(60), chunk(b"iXML", IXML.encode()))[:2_000],
        "aiff": aiff,
        "flac": with_flac_comments(flac, comments("BPM=97", "TITLE=a"))[:300],
        "ogg": ogg,
        "mp3": id3(4, frame(b"TIT2", b"\x03a", 4), frame(b"TBPM", b"\x0397", 4)),
    }


@pytest.mark.skipif(sys.platform == "win32", reason="mutations limit memory by setrlimit")
@pytest.mark.parametrize("kind", ["wav", "aiff", "flac", "ogg", "mp3"])
def test_mutated_files_never_raise(tmp_path: Path, kind: str) -> None:
    from tests.intake.fuzz import mutated

    source = _files(tmp_path)[kind]
    assert hints_in(tmp_path, source, f"whole.{kind}")
    file = tmp_path / f"mutated.{kind}"
    for number in range(10_000):
        content = mutated(source, random.Random(number))
        file.unlink(missing_ok=True)  # a file that is cut and written anew goes to the disk
        file.write_bytes(content)
        started_s = time.process_time()
        try:
            hints_of(file)
        except Exception as cause:
            raise AssertionError(f"mutation {number} ({content!r})") from cause
        assert time.process_time() - started_s < 1.0, number
