"""Preset files that we write: whole, readable again, and one step back beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.errors import PresetExists, PresetInvalid
from daw_bridge.presets import load_preset
from daw_bridge.presets.capture import HEADING, check_new, has_comments, read_source, save_preset, with_sound

DOCUMENT = {"name": "Deep Bass", "tags": ["bass"], "instrument": {"plugin": "Surge XT"}}

values = st.one_of(
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.floats(-1e6, 1e6),
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20),
)


@given(
    parameters=st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True), values, max_size=20)
)
def test_what_is_written_reads_the_same(
    tmp_path_factory: pytest.TempPathFactory, parameters: dict[str, bool | int | float | str]
) -> None:
    folder = tmp_path_factory.mktemp("presets")
    document = with_sound(DOCUMENT, parameters, has_state=True, slug="deep-bass")
    saved = save_preset(folder, "deep-bass", document, b"\0state", heading="Captured from Surge XT 1.3.4.")
    read = load_preset(folder / "deep-bass.yaml")
    assert read == saved
    assert read.preset.instrument.parameters == parameters
    assert read.preset.instrument.state == "deep-bass.state"
    assert (folder / "deep-bass.state").read_bytes() == b"\0state"
    assert read_source(read) == document


def test_another_sound_leaves_all_else_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(
        "name: A\nnotes: {range: E0..E3}\neffects: [{reverb: }]\n"
        "instrument: {path: /x.vst3, vstpreset: old.vstpreset, parameters: {cutoff: 1}}\n"
    )
    document = with_sound(read_source(load_preset(file)), {"cutoff": 2}, has_state=True, slug="a")
    assert document == {
        "name": "A",
        "notes": {"range": "E0..E3"},
        "effects": [{"reverb": None}],
        "instrument": {"path": "/x.vst3", "state": "a.state", "parameters": {"cutoff": 2}},
    }


def test_what_was_there_lies_beside_it(tmp_path: Path) -> None:
    for number in (1, 2):
        document = with_sound(DOCUMENT, {"cutoff": number}, has_state=True, slug="b")
        save_preset(tmp_path, "b", document, b"%d" % number)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.state", "b.state~", "b.yaml", "b.yaml~"]
    assert (tmp_path / "b.state~").read_bytes() == b"1"
    assert "cutoff: 1" in (tmp_path / "b.yaml~").read_text()


def test_mistakes_are_said_before_anything_is_written(tmp_path: Path) -> None:
    check_new(tmp_path, "deep-bass", DOCUMENT)
    save_preset(tmp_path, "deep-bass", DOCUMENT, None)
    with pytest.raises(PresetExists, match="--replace"):
        check_new(tmp_path, "deep-bass", DOCUMENT)
    check_new(tmp_path, "deep-bass", DOCUMENT, replaces=True)
    with pytest.raises(PresetInvalid, match="name"):
        check_new(tmp_path, "x", {**DOCUMENT, "name": "a/b"})
    with pytest.raises(PresetInvalid, match="no file name"):
        check_new(tmp_path, "", {**DOCUMENT, "name": "!!!"})
    with pytest.raises(PresetInvalid):
        save_preset(tmp_path, "y", {**DOCUMENT, "colour": "red"}, b"state")
    assert [path.name for path in tmp_path.iterdir()] == ["deep-bass.yaml"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: Plain\ninstrument: {faust: analog}\n", False),
        ("# mine\nname: Plain\ninstrument: {faust: analog}\n", True),
        ("name: Plain  # mine\ninstrument: {faust: analog}\n", True),
        ("name: Plain\ninstrument: {faust: analog}\n# the end", True),
        ('name: "Song # 1"\ndescription: in C#\ninstrument: {faust: analog}\n', False),
    ],
)
def test_comments_are_seen(tmp_path: Path, text: str, expected: bool) -> None:
    for heading in ("", HEADING.format(heading="Captured from A Synth 1.0.")):
        (tmp_path / "plain.yaml").write_text(heading + text)
        assert has_comments(load_preset(tmp_path / "plain.yaml")) is expected
