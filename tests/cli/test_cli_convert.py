"""`daw-bridge convert`, on loops that nobody here made (Debian's lmms-common)."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import mido
import numpy as np
import pytest
from pedalboard.io import AudioFile

from tests.cli.conftest import Shell
from tests.flow.test_flow_pipeline import bounce_tone

LOOPS = Path("/usr/share/lmms/samples/bassloops")
PRESETS = ("fat-analog-sub", "glassy-digital-pad", "suitcase-electric-piano")


def loop(name: str) -> Path:
    path = LOOPS / name
    if not path.is_file():
        reason = f"{path} is missing: Debian's package lmms-common has it (tests/run.sh installs it)"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return path


def test_what_a_sessions_settings_say_of_tempo_and_place_holds(daw_bridge: Shell) -> None:
    song = daw_bridge.folder / "Song"
    stem = bounce_tone(song / "Bounces" / "bass.wav")
    midi = mido.MidiFile()
    midi.tracks.append(mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(80))]))
    midi.save(song / "My Map.mid")
    rules = 'rules: [{match: "bass*", at: 5.1.1}]'
    (song / "bridge.yaml").write_text(f"tempo: {{file: My Map.mid}}\n{rules}\n")
    ended = daw_bridge("convert", stem, "--session", song, "--deliver", "out", "--json")
    assert ended.exit_code == 0, ended.stderr
    take = ended.json["takes"][0]["take"]
    assert (take["tempo"]["bpm"], take["place"]["position"]) == (80.0, "5.1.1")
    assert take["place"]["source"] == "named by bridge.yaml"
    assert take["warnings"] == []
    ended = daw_bridge("convert", stem, "--session", song, "-d", "out", "-t", "97", "--at", "2", "--json")
    take = ended.json["takes"][0]["take"]
    assert (take["tempo"]["bpm"], take["place"]["position"]) == (97.0, "2.1.1")


@pytest.mark.real
@pytest.mark.parametrize(
    "name", ["techno_bass01.ogg", "rave_bass01.ogg", "techno_synth01.ogg", "tb303_01.ogg"]
)
def test_a_real_loop_goes_the_whole_way_on_three_presets(daw_bridge: Shell, name: str) -> None:
    stem = loop(name)
    presets = [word for preset in PRESETS for word in ("--preset", preset)]
    ended = daw_bridge("convert", stem, *presets, "--tempo", "140", "--deliver", "out", "--json")
    assert ended.exit_code == 0, ended.stdout
    (delivered,) = ended.json["takes"]
    with AudioFile(str(stem)) as audio:
        rate_hz, frames = audio.samplerate, audio.frames
    sounds = []
    for path in delivered["audio"]:
        with AudioFile(path) as audio:
            assert audio.samplerate == rate_hz
            assert audio.frames >= frames
            sounds.append(audio.read(frames))
    assert len(sounds) == 3
    for sound in sounds:
        assert np.isfinite(sound).all()
        assert 0.01 < np.abs(sound).max() <= 1.0
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert np.abs(sounds[one] - sounds[other]).max() > 0.01
    midi = mido.MidiFile(delivered["midi"])
    notes = [message for message in midi.tracks[1] if message.type == "note_on"]
    assert len(notes) == delivered["take"]["transcription"]["notes"] > 0
    assert midi.length >= frames / rate_hz - 0.001


def test_every_format_rate_and_channel_count_is_taken(daw_bridge: Shell, tmp_path: Path) -> None:
    stems = []
    tone = bounce_tone(tmp_path / "tone.wav", seconds=3.0)
    with AudioFile(str(tone)) as audio:
        samples = audio.read(audio.frames)
    for suffix, rate_hz, channels in [
        ("wav", 96_000, 1),
        ("aiff", 48_000, 2),
        ("flac", 44_100, 2),
        ("ogg", 44_100, 1),
    ]:
        stem = tmp_path / f"{suffix}.{suffix}"
        with AudioFile(str(stem), "w", samplerate=rate_hz, num_channels=channels) as file:
            file.write(samples[:channels])
        stems.append(stem)
    ended = daw_bridge("convert", *stems, "--json")
    assert ended.exit_code == 0, ended.stdout
    assert [Path(take["midi"]).stem for take in ended.json["takes"]] == ["wav", "aiff", "flac", "ogg"]


def test_what_it_says_names_the_files_and_where_they_are(daw_bridge: Shell, tmp_path: Path) -> None:
    ended = daw_bridge("convert", bounce_tone(tmp_path / "lead.wav"), "-p", "whistle-lead", "-t", "97 7/8")
    assert ended.exit_code == 0, ended.stderr
    for said in ("lead.mid", "lead - Whistle Lead.wav", "lead.take.yaml", "97 BPM 7/8", "✓ lead"):
        assert said in ended.stdout


def test_a_midi_file_says_the_tempo(daw_bridge: Shell, tmp_path: Path) -> None:
    song = mido.MidiFile(type=0, ticks_per_beat=480)
    song.tracks.append(mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(83.5))]))
    song.save(daw_bridge.folder / "map.mid")
    stem = bounce_tone(tmp_path / "lead.wav")
    ended = daw_bridge("convert", stem, "-p", "whistle-lead", "--tempo", "file: map.mid", "--json")
    assert ended.exit_code == 0, ended.stderr
    assert ended.json["takes"][0]["take"]["tempo"]["bpm"] == pytest.approx(83.5, abs=1e-3)


def test_a_comparison_that_finds_nothing_says_so(daw_bridge: Shell, tmp_path: Path) -> None:
    stem = bounce_tone(tmp_path / "lead.wav")
    ended = daw_bridge("convert", stem, "-p", "whistle-lead", "-t", "97", "--compare")
    assert ended.exit_code == 0, ended.stderr
    assert "all bars agree alike" in ended.stdout
    midi = daw_bridge.folder / "lead" / "lead.mid"
    ended = daw_bridge("convert", midi, "-p", "whistle-lead", "--compare", "-d", "again")
    assert "MIDI alone has no sound to compare the part with" in ended.stdout


def test_one_bad_stem_is_told_and_the_others_arrive(daw_bridge: Shell, tmp_path: Path) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"no audio at all " * 100)
    good = bounce_tone(tmp_path / "good.wav")
    ended = daw_bridge("convert", bad, good, tmp_path / "missing.wav", "--json")
    assert ended.exit_code == 5
    assert [error["code"] for error in ended.json["errors"]] == ["bounce-unreadable", "bounce-missing"]
    assert [Path(take["midi"]).name for take in ended.json["takes"]] == ["good.mid"]


@pytest.mark.parametrize(
    ("options", "exit_code", "said"),
    [
        (["--preset", "fat-analog-sup"], 3, 'Did you mean "fat-analog-sub"?'),
        (["--tempo", "fast"], 2, "97"),
        (["--profile", "bas"], 2, "bass"),
        (["--tempo", "97 7/9"], 2, "time signature"),
    ],
)
def test_a_slip_of_the_pen_is_told_before_anything_happens(
    daw_bridge: Shell, tmp_path: Path, options: list[str], exit_code: int, said: str
) -> None:
    ended = daw_bridge("convert", bounce_tone(tmp_path / "a.wav"), *options)
    assert ended.exit_code == exit_code
    assert said in ended.stderr
    assert not list(daw_bridge.folder.iterdir())


def test_who_hears_the_notes_can_be_chosen(daw_bridge: Shell, tmp_path: Path) -> None:
    stem = bounce_tone(tmp_path / "tone.wav")
    for options, engine in (((), "bridge"), (("--engine", "basic-pitch"), "basic-pitch")):
        ended = daw_bridge("convert", stem, *options, "-p", "whistle-lead", "--json")
        assert ended.json["takes"][0]["take"]["transcription"]["engine"] == engine
    ended = daw_bridge("convert", stem, "--engine", "basicpitch")
    assert ended.exit_code > 0
    assert 'Did you mean "basic-pitch"' in ended.stderr


@pytest.mark.skipif(importlib.util.find_spec("demucs") is not None, reason="demucs is installed")
def test_a_mix_is_not_separated_without_demucs_and_says_how_to_get_it(daw_bridge: Shell) -> None:
    bounce_tone(daw_bridge.folder / "mix.wav")
    ended = daw_bridge("convert", "mix.wav", "--separate", "--deliver", "out", "--json")
    assert ended.exit_code == 6
    (error,) = ended.json["errors"]
    assert error["code"] == "separator-missing"
    assert "uv sync --inexact --extra separate" in error["advice"]
    assert not (daw_bridge.folder / "out").exists()


def test_a_mix_has_no_profile_of_its_own(daw_bridge: Shell) -> None:
    bounce_tone(daw_bridge.folder / "mix.wav")
    ended = daw_bridge("convert", "mix.wav", "--separate", "--profile", "bass")
    assert ended.exit_code == 2
    assert "leave --profile out" in ended.stderr
