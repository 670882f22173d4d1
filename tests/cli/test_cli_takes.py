"""Takes on the command line: revoice, list, show, history, restore, remove; with a daemon and without."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Shell
from tests.faults.test_faults_kill import daemon, is_event
from tests.flow.test_flow_pipeline import bounce_tone
from tests.flow.test_flow_remaking import pitches, write_notes


@pytest.fixture
def take(daw_bridge: Shell) -> Path:
    """The take file of a tone, converted with no session."""
    stem = bounce_tone(daw_bridge.folder / "bass.wav")
    ended = daw_bridge("convert", stem, "-p", "fat-analog-sub", "-t", "97", "-d", "out", "--json")
    assert ended.exit_code == 0, ended.stderr
    return Path(ended.json["takes"][0]["take_file"])


def test_revoice_plays_it_on_other_presets_and_edits_it(daw_bridge: Shell, take: Path) -> None:
    before = pitches(take.with_name("bass.mid"))
    ended = daw_bridge("revoice", "bass", "--in", "out", "-p", "tag:organ", "-e", "transpose: 12", "--json")
    assert ended.exit_code == 0, ended.stderr
    (again,) = ended.json["takes"]
    played = [rendering["preset"] for rendering in again["take"]["renderings"]]
    assert played[0] == "fat-analog-sub" and {"gospel-organ", "jazz-organ"} <= set(played)
    assert pitches(take.with_name("bass.mid")) == [pitch + 12 for pitch in before]
    assert again["take"]["recipe"]["edits"] == [{"transpose": {"semitones": 12, "octaves": 0}}]
    ended = daw_bridge("revoice", take.parent, "--no-edits", "--variant", "tight")
    assert ended.exit_code == 0, ended.stderr
    assert "bass (tight).mid" in ended.stdout
    assert pitches(take.with_name("bass.mid")) == before


def test_mistakes_are_told(daw_bridge: Shell, take: Path) -> None:
    ended = daw_bridge("revoice", "bas", "--in", "out")
    assert ended.exit_code == 3
    assert 'Did you mean "bass"?' in ended.stderr
    ended = daw_bridge("revoice", "bass", "--in", "out", "-e", "quantise: 1/16")
    assert ended.exit_code == 3
    assert 'Did you mean "quantize"?' in ended.stderr
    ended = daw_bridge("convert", "bass.wav", "-e", "quantize: {grid: 3/0}", "--json")
    assert ended.json["error"]["code"] == "edit-invalid"


def test_a_take_is_found_however_its_accents_are_written(daw_bridge: Shell) -> None:
    composed, decomposed = (unicodedata.normalize(form, "Café") for form in ("NFC", "NFD"))
    for kept, asked in ((composed, decomposed), (decomposed, composed)):
        stem = bounce_tone(daw_bridge.folder / kept / f"{kept}.wav")
        into = f"out {len(kept)}"
        assert daw_bridge("convert", stem, "-p", "fat-analog-sub", "-d", into).exit_code == 0
        ended = daw_bridge("takes", "show", asked, "--in", into, "--json")
        assert ended.exit_code == 0, ended.stderr


def test_brackets_in_names_are_shown_as_they_are(daw_bridge: Shell) -> None:
    stem = bounce_tone(daw_bridge.folder / "bass [red] [dry].wav")
    ended = daw_bridge("convert", stem, "-p", "fat-analog-sub", "-d", "out")
    assert "bass [red] [dry].mid" in ended.stdout
    assert "bass [red] [dry]" in daw_bridge("takes", "list", "--in", "out").stdout


def test_takes_are_listed_shown_and_removed(daw_bridge: Shell, take: Path) -> None:
    assert "fat-analog-sub" in daw_bridge("takes", "list", "--in", "out").stdout
    (listed,) = daw_bridge("takes", "list", "--in", "out", "--json").json["takes"]
    assert listed["take_file"] == str(take)
    assert "bass.mid" in daw_bridge("takes", "show", "bass", "--in", "out").stdout
    mended = write_notes(take.with_name("bass.mid"), 40)
    ended = daw_bridge("takes", "remove", "bass", "--in", "out", "--yes")
    assert ended.exit_code == 0, ended.stderr
    assert [file.name for file in take.parent.iterdir()] == ["bass.mid"], "it was changed by hand"
    assert "bass.mid" in ended.stdout and mended.is_file()
    assert (daw_bridge.folder / "bass.wav").is_file()
    assert "no takes" in daw_bridge("takes", "list", "--in", "out").stdout


def test_a_take_goes_back_to_what_it_was(daw_bridge: Shell, take: Path) -> None:
    notes = pitches(take.with_name("bass.mid"))
    assert daw_bridge("revoice", take, "-e", "transpose: 12").exit_code == 0
    history = daw_bridge("takes", "history", take, "--json").json
    assert [version["number"] for version in history] == [1, 2]
    assert "transpose: 12" in daw_bridge("takes", "history", take).stdout
    ended = daw_bridge("takes", "restore", take, "1", "--json")
    assert ended.exit_code == 0, ended.stderr
    assert pitches(take.with_name("bass.mid")) == notes
    assert [version["number"] for version in ended.json["take"]["history"]] == [1, 2, 3]
    assert daw_bridge("takes", "restore", take, "7").exit_code == 3


def test_while_a_bridge_watches_it_is_asked(daw_bridge: Shell) -> None:
    song = daw_bridge.folder / "Song"
    assert daw_bridge("init", song, "--tempo", "97").exit_code == 0
    with daemon(song, daw_bridge.home) as running:
        bounce_tone(song / "Bounces" / "bass.wav")
        running.wait(is_event("take_delivered"))
        ended = daw_bridge("revoice", "bass", "--in", song, "-p", "glassy-digital-pad", "--json")
        assert ended.exit_code == 0, ended.stderr
        running.wait(is_event("take_delivered"))
        take = song / "Bridge" / "bass" / "bass.take.yaml"
        (song / "Bounces" / "bass.wav").unlink()
        take.write_text(take.read_text().replace("engine_version", "engine_version: forgotten #"))
        running.wait(is_event("failed"))
        refused = daw_bridge("revoice", "bass", "--in", song, "-e", "legato", "--json")
        assert refused.exit_code == 5, "what the daemon says comes back at once"
        assert refused.json["errors"][0]["code"] == "bounce-missing"
    (again,) = ended.json["takes"]
    assert again["audio"][-1].endswith("bass - Glassy Digital Pad.wav")
    assert "is_complete" not in yaml.safe_load(Path(again["take_file"]).read_text()), "it is"
    bounce_tone(song / "Bounces" / "bass.wav")
    ended = daw_bridge("revoice", "bass", "--in", song, "-e", "legato")
    assert ended.exit_code == 0, "and when nobody watches, it is done here"


def test_midi_alone_is_converted(daw_bridge: Shell) -> None:
    write_notes(daw_bridge.folder / "idea.mid", 60, 64)
    ended = daw_bridge("convert", "idea.mid", "-p", "fat-analog-sub", "-e", "transpose: -12", "--json")
    assert ended.exit_code == 0, ended.stderr
    assert pitches(Path(ended.json["takes"][0]["midi"])) == [48, 52]
