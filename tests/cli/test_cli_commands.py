from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from daw_bridge.cli.overview import NAMES
from tests.cli.conftest import Shell

README = Path(__file__).parents[2] / "README.md"


def test_the_demo_answers_and_ends(daw_bridge: Shell) -> None:
    ended = daw_bridge("demo")
    assert ended.exit_code == 0, ended.stderr
    take = daw_bridge.folder / "DAW Bridge Demo" / "Bridge" / "bass"
    assert sorted(path.name for path in take.iterdir()) == [
        "bass - Fat Analog Sub.wav",
        "bass - Glassy Digital Pad.wav",
        "bass.mid",
        "bass.png",
        "bass.take.yaml",
    ]
    shown = README.read_text(encoding="utf-8").split("$ daw-bridge demo\n")[1].split("```")[0]
    printed = _unpadded(ended.stdout + ended.stderr)
    assert sorted(printed) == sorted(_unpadded(shown)), "README shows what the demo prints, in any order"
    (sure,), (shown_sure,) = (re.findall(r"(\d+)% sure", text) for text in (ended.stdout, shown))
    assert int(sure) == pytest.approx(int(shown_sure), abs=2)


def _unpadded(text: str) -> list[str]:
    """Its lines, but for how sure a guess is: that may differ a little from one processor to another."""
    return [re.sub(r"\d+% sure", "", line).rstrip() for line in text.splitlines()]


def test_init_says_what_to_do_next_and_leaves_what_is_there(daw_bridge: Shell) -> None:
    ended = daw_bridge("init", "My Song", "--tempo", "97 7/8")
    assert ended.exit_code == 0, ended.stderr
    assert 'daw-bridge watch "My Song"' in ended.stdout
    settings = daw_bridge.folder / "My Song" / "bridge.yaml"
    assert "tempo: 97 7/8" in settings.read_text()
    settings.write_text("watch: Exports\n")
    assert daw_bridge("init", "My Song").exit_code == 0
    assert settings.read_text() == "watch: Exports\n"


def test_an_engine_that_nobody_has_is_told_when_watching_begins(daw_bridge: Shell) -> None:
    settings = daw_bridge.folder / "bridge.yaml"
    settings.write_text("engine: brigde\n")
    ended = daw_bridge("watch", "--json")
    assert ended.exit_code == 3
    assert ended.json["error"]["code"] == "engine-unknown"
    assert 'Did you mean "bridge"?' in ended.json["error"]["advice"]
    assert Path(ended.json["error"]["where"]) == settings


def test_watching_what_is_no_session_says_what_to_do(daw_bridge: Shell) -> None:
    ended = daw_bridge("watch", "--json")
    assert ended.exit_code == 4
    assert ended.json["error"]["code"] == "session-missing"
    assert "daw-bridge init" in ended.json["error"]["advice"]


def test_presets_are_listed_shown_and_checked(daw_bridge: Shell) -> None:
    listed = daw_bridge("presets", "list", "--json").json
    assert len(listed) >= 32
    assert all(preset["origin"] == "factory" for preset in listed)
    tagged = daw_bridge("presets", "list", "--tag", "bass").stdout
    assert "fat-analog-sub" in tagged
    assert "glassy-digital-pad" not in tagged
    no_such_tag = daw_bridge("presets", "list", "--tag", "bas")
    assert no_such_tag.exit_code == 3
    assert 'Did you mean "bass"?' in no_such_tag.stderr
    assert "name: Fat Analog Sub" in daw_bridge("presets", "show", "Fat Analog Sub").stdout
    assert daw_bridge("presets", "check", "fat-analog-sub", "string-machine").exit_code == 0


def test_a_preset_with_mistakes_is_told_all_of_them(daw_bridge: Shell, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("name: Wrong\ninstrument: {fuast: analog}\nnotes: {range: E0-E3}\n")
    ended = daw_bridge("presets", "check", wrong)
    assert ended.exit_code == 3
    assert 'Did you mean "faust"?' in ended.stderr
    assert "E0..E3" in ended.stderr
    unknown = tmp_path / "unknown.yaml"
    unknown.write_text(
        "name: Unknown\n"
        "instrument:\n"
        "  faust: analog\n"
        "  parameters:\n"
        "    cutof: 320 Hz\n"
        "    resonance: 7\n"
        "effects:\n"
        "  - chorus: {}\n"
        "  - compressor: {ratio: loud}\n"
        "  - revreb: {}\n"
    )
    ended = daw_bridge("presets", "check", unknown, "--json")
    assert ended.exit_code == 7
    (error,) = ended.json["errors"]
    assert error["where"] == str(unknown)
    first, *lines = error["what"].splitlines()
    assert first == "faust: analog: 4 mistakes:"
    for said, line in zip(
        (
            'line 5: instrument.parameters.cutof: There is no parameter "cutof". Did you mean "cutoff"?',
            'line 6: instrument.parameters.resonance: "7" for resonance is out of range.',
            'line 9: effects[2].compressor.ratio: "loud" for ratio is no number.',
            'line 10: effects[3].revreb: There is no effect of this name. Did you mean "reverb"?',
        ),
        lines,
        strict=True,
    ):
        assert line.strip().startswith(said)


def test_what_a_preset_plays_without_is_told(daw_bridge: Shell, tmp_path: Path) -> None:
    lacking = tmp_path / "lacking.yaml"
    lacking.write_text(
        "name: Lacking\ninstrument: {plugin: Nowhere}\nfallback: {faust: analog}\n"
        "effects: [{plugin: {name: No Such Reverb}}]\n"
    )
    ended = daw_bridge("presets", "check", lacking)
    assert ended.exit_code == 0
    assert "1 preset is right." in ended.stdout
    assert "the fallback played: faust: analog" in ended.stderr
    assert "played without the effect No Such Reverb" in ended.stderr
    assert len(daw_bridge("presets", "check", lacking, "--json").json["warnings"]) == 2


def test_a_preset_that_cannot_be_read_does_not_hide_the_others(daw_bridge: Shell) -> None:
    folder = daw_bridge.home / "daw-bridge" / "presets"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text("nmae: Mine\n")
    ended = daw_bridge("presets", "list")
    assert ended.exit_code == 3
    assert "fat-analog-sub" in ended.stdout
    assert "mine.yaml" in ended.stderr and 'Did you mean "name"?' in ended.stderr


def test_a_users_preset_wins_over_the_factorys(daw_bridge: Shell) -> None:
    folder = daw_bridge.home / "daw-bridge" / "presets"
    folder.mkdir(parents=True)
    (folder / "fat-analog-sub.yaml").write_text("name: Mine\ninstrument: {faust: analog}\n")
    assert "name: Mine" in daw_bridge("presets", "show", "fat-analog-sub").stdout


def test_the_doctor_finds_this_machine_well(daw_bridge: Shell) -> None:
    ended = daw_bridge("doctor", "--json")
    assert ended.exit_code == 0, ended.stdout
    found = {finding["topic"]: finding["found"] for finding in ended.json["findings"]}
    assert found["engine"].startswith("bridge ") and "basic-pitch" in found["engine"]
    assert ("extra piano" in found["engine"]) is (importlib.util.find_spec("torch") is None)
    assert any("vst3" in folder.casefold() for folder in ended.json["plugin_folders"])
    assert "Fat Analog Sub plays" in found["instruments"]
    assert found["your settings"].startswith(str(daw_bridge.home))


def test_the_doctor_says_what_is_wrong_and_how_to_mend_it(daw_bridge: Shell) -> None:
    settings = daw_bridge.home / "daw-bridge" / "settings.yaml"
    settings.parent.mkdir(parents=True)
    settings.write_text("wrokers: 3\n")
    ended = daw_bridge("doctor")
    assert ended.exit_code == 1
    assert 'Did you mean "workers"?' in ended.stdout


@pytest.mark.parametrize("name", NAMES)
def test_every_command_explains_itself(daw_bridge: Shell, name: str) -> None:
    ended = daw_bridge(name, "--help")
    assert ended.exit_code == 0
    assert ended.stdout.startswith(f"Usage: daw-bridge {name} ")


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"], ["--help", "convert"]])
def test_the_overview_names_every_command(daw_bridge: Shell, words: list[str]) -> None:
    ended = daw_bridge(*words)
    assert ended.exit_code == 0
    assert all(f"\n  {name} " in ended.stdout for name in NAMES)
    assert max(map(len, ended.stdout.splitlines())) <= 80


def test_the_overview_is_told_without_the_commands() -> None:
    imported = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "daw_bridge", "--help"],
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    assert "daw_bridge.cli.overview" in imported
    assert not re.search(r"\b(typer|rich|numpy|daw_bridge\.(core|cli\.convert))\b", imported)


def test_a_command_that_is_not_there_offers_the_one_that_is(daw_bridge: Shell) -> None:
    ended = daw_bridge("convrt")
    assert ended.exit_code == 2
    assert "convert" in ended.stderr


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        ("orgna", '"orgna" is unknown. Did you mean "organ"?'),
        (
            "theremin",
            '"theremin" is unknown. Known: auto, bass, drums, guitar, keys, lead, organ, pad, piano, vocal.',
        ),
    ],
)
def test_a_mistyped_choice_is_answered_with_what_there_is(daw_bridge: Shell, profile: str, said: str) -> None:
    ended = daw_bridge("convert", "bass.wav", "--profile", profile)
    assert ended.exit_code == 2
    assert ended.stderr.splitlines()[-1] == f"Error: Invalid value for '--profile': {said}"


def test_a_value_of_the_wrong_kind_is_said_plainly(daw_bridge: Shell) -> None:
    ended = daw_bridge("play", "bass", "--channel", "five")
    assert ended.exit_code == 2
    assert "Invalid value for '--channel': " in ended.stderr
    assert "error" not in ended.stderr.removeprefix("Usage").split("Error: ")[1].lower()
