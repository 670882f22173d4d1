"""REAPER projects. All of them are synthetic: written here by hand, after projects of REAPER 4 to 7."""

from __future__ import annotations

from pathlib import Path

import pytest

from daw_bridge.core.errors import SessionFileInvalid
from daw_bridge.core.meters import TimeSignature
from daw_bridge.core.timing import Curve
from daw_bridge.session.readers import SessionInfo
from daw_bridge.session.readers.reaper import Reaper
from tests.session.readers.mutations import read_or_refused

PROJECT = """\
<REAPER_PROJECT 0.1 "7.16/linux-x86_64" 1718000000
  <NOTES 0 2
    |TEMPO 55 3 4
  >
  RIPPLE 0
  PROJOFFS {offset}
  SAMPLERATE 48000 0 0
  <RENDER_CFG
    ZXZhdxgAAA==
  >
  TEMPO {tempo}
  <TEMPOENVEX
    EGUID {{00000000-0000-0000-0000-000000000000}}
    ACT 1 -1
    DEFSHAPE 1 -1 -1
{points}  >
  <TRACK '{{35FAE399-C558-4F4A-903F-4FF6F0470B4D}}'
    NAME "The bass"
    <FXCHAIN
      <VST "VST: ReaEQ" reaeq.dll 0 "" 1919247729
        cWVlcu5e7f4CAAAA
        POSITION 99
      >
    >
{items}  >
>
"""
ITEM = """\
    <ITEM
      POSITION {position}
      LENGTH 8
      NAME "bass 1"
      SOFFS {offset}
      PLAYRATE {rate} 1 0 -1 0 0.0025
      <SOURCE WAVE
        FILE {file}
      >
    >
"""


def project(tempo: str = "97 7 8", points: str = "", items: str = "", offset: str = "0 0 0") -> str:
    lines = "".join(f"    PT {point}\n" for point in points.splitlines())
    return PROJECT.format(tempo=tempo, points=lines, items=items, offset=offset)


def item(file: str, position: float, *, offset: float = 0.0, rate: float = 1.0) -> str:
    return ITEM.format(file=file, position=position, offset=offset, rate=rate)


def read(folder: Path, text: str) -> SessionInfo:
    file = folder / "Night Drive.RPP"
    file.write_text(text, encoding="utf-8")
    return Reaper().read(file)


def test_a_steady_tempo_and_meter(tmp_path: Path) -> None:
    info = read(tmp_path, project())
    assert info.daw == "REAPER 7.16"
    assert info.grid.tempo.is_constant
    assert info.grid.tempo.initial_bpm == 97.0
    assert info.grid.meters.initial == TimeSignature(7, 8)
    assert info.rate_hz == 48_000
    assert (info.start_s, info.clips, info.notes) == (0.0, (), ())


def test_steps_of_tempo_and_changes_of_meter(tmp_path: Path) -> None:
    """At 120 BPM, 8 s are 16 beats; then four bars of 7/8 at 140 BPM: 14 beats in 6 s."""
    points = f"0 120 1 {4 << 16 | 4} 0 1\n8 140 1 {8 << 16 | 7} 0 1\n14 90 1"
    grid = read(tmp_path, project(points=points)).grid
    assert [(change.beat, change.tempo_bpm) for change in grid.tempo.changes] == [
        (0.0, 120.0),
        (16.0, 140.0),
        (30.0, 90.0),
    ]
    assert [(change.beat, str(change.time_signature)) for change in grid.meters.changes] == [
        (0.0, "4/4"),
        (16.0, "7/8"),
    ]
    assert str(grid.position_at(14.0)) == "9.1.1"


def test_a_linear_point_is_a_straight_line_over_time(tmp_path: Path) -> None:
    """From 60 to 120 BPM in 8 s: 90 BPM on average, so 12 beats, and after 4 s 4 + 1 of them, at 90 BPM."""
    tempo = read(tmp_path, project(points="0 60 0\n8 120 1")).grid.tempo
    assert tempo.changes[0].curve is Curve.IN_TIME
    assert tempo.changes[1].beat == pytest.approx(12.0)
    assert tempo.beat_at(4.0) == pytest.approx(5.0)
    assert tempo.tempo_at(5.0) == pytest.approx(90.0)
    assert tempo.time_at(14.0) == pytest.approx(9.0)


def test_a_point_for_the_meter_alone_leaves_a_ramp_as_it_is(tmp_path: Path) -> None:
    grid = read(tmp_path, project(points=f"0 60 0\n4 120 1 {4 << 16 | 3} 0 3\n8 120 1")).grid
    assert [change.beat for change in grid.tempo.changes] == pytest.approx([0.0, 12.0])
    assert str(grid.meters.time_signature_at(5.0)) == "3/4"
    assert str(grid.meters.time_signature_at(4.9)) == "7/8"


def test_a_project_of_tempo_before_the_first_point(tmp_path: Path) -> None:
    tempo = read(tmp_path, project(tempo="120 4 4", points="2 60 1")).grid.tempo
    assert [(change.beat, change.tempo_bpm) for change in tempo.changes] == [(0.0, 120.0), (4.0, 60.0)]


def test_items_lie_at_the_beat_that_the_map_says(tmp_path: Path) -> None:
    items = item('"Bounces/the bass.wav"', 8.0) + item("'C:\\Music\\a \"b\".wav'", 10.0, offset=1.5)
    clips = read(tmp_path, project(points="0 120 1\n8 60 1", items=items)).clips
    assert [(clip.file.as_posix(), clip.start_beat, clip.offset_s) for clip in clips] == [
        ("Bounces/the bass.wav", 16.0, 0.0),
        ('C:/Music/a "b".wav', 18.0, 1.5),
    ]


def test_takes_and_sections_and_stretched_items(tmp_path: Path) -> None:
    take = (
        "      TAKE SEL\n      SOFFS 0\n      <SOURCE SECTION\n        STARTPOS 2.5\n        <SOURCE WAVE\n"
    )
    take += "          FILE b.wav\n        >\n      >\n    >\n"
    two_takes = item("a.wav", 6.0, offset=1.0).removesuffix("    >\n") + take
    items = two_takes + item("slow.wav", 3.0, offset=1.0, rate=0.5) + item("slow.wav", 12.0, rate=0.5)
    clips = read(tmp_path, project(tempo="60 4 4", items=items)).clips
    assert [(clip.file.name, clip.start_beat, clip.offset_s) for clip in clips] == [
        ("a.wav", 6.0, 1.0),
        ("b.wav", 6.0, 2.5),
        ("slow.wav", 12.0, 0.0),
    ]


def test_a_project_that_starts_at_one_hour_and_at_bar_minus_one(tmp_path: Path) -> None:
    info = read(tmp_path, project(offset="3600 -2 0"))
    assert info.start_s == 3600.0
    assert info.notes == ("REAPER shows its first bar as bar -1; here it is bar 1",)
    for no_time in ("nan", "inf", "1e308", "-1e300"):
        assert read(tmp_path, project(offset=f"{no_time} 0 0")).start_s is None


def test_a_project_of_version_four(tmp_path: Path) -> None:
    """Fewer words a line."""
    text = project(tempo="120.00000000000000 4 4", offset="0.00000000000000 0").replace("7.16/linux", "4.32")
    assert read(tmp_path, text).grid.tempo.initial_bpm == 120.0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no REAPER project"),
        ("<LMMS 1\n>\n", "no REAPER project"),
        (project()[:-100], "ends in the middle"),
        (project() + ">\n", "closes more"),
        (project().replace("TEMPO 97", "TAMPO 97"), "no tempo"),
        (project() * 2 + "<A\n" * 200, "deeper in one another"),
        (project(tempo="x" * 10_000), "a line that is longer"),
        (project(tempo="5 4 4"), "10 to 999 BPM"),
        (project(tempo="nan 4 4"), "10 to 999 BPM"),
        (project(tempo="97 0 4"), "no time signature"),
        (project(points="nan 100 1"), "understood"),
        (project(items=item("a.wav", float("inf"))), "a clip lies inf beats"),
    ],
)
def test_what_is_broken_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SessionFileInvalid, match=says) as caught:
        read(tmp_path, text)
    assert caught.value.where == tmp_path / "Night Drive.RPP"


def test_a_large_project_is_read_past_its_plugins(tmp_path: Path) -> None:
    """16 MB of a plugin's settings, and as many lines."""
    blob = "        " + "QUJD" * 30 + "\n"
    text = project(items=item("a.wav", 1.0)).replace("        POSITION 99\n", blob * 130_000)
    assert read(tmp_path, text).clips[0].file == Path("a.wav")


def test_mutations_are_read_or_refused(tmp_path: Path) -> None:
    text = project(
        points=f"0 60 0\n8 120 1 {8 << 16 | 7} 0 3",
        items=item("a.wav", 1.0, offset=0.5) + item('"b c.wav"', 9.0),
    )
    words = [b"\n>\n", b"<ITEM\n", b"nan", b"inf", b"-1", b"1e308", b"0", b'"', b"PT ", b"9" * 5000, b"\n"]
    refused = read_or_refused(Reaper(), tmp_path / "a.rpp", [text.encode()], words)
    assert 1_000 < refused < 9_000
