"""Which names are taken for bounces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.audio import AUDIO_SUFFIXES
from daw_bridge.core.files import TEMPORARY_PREFIX
from daw_bridge.watch.names import is_bounce_folder, is_bounce_name, is_preset_name, is_take_name


@pytest.mark.parametrize(
    "name",
    [
        "bass.wav",
        "BASS.WAV",
        "bass.mid",
        "Bass 01-02.aif",
        "bass@glassy-digital-pad.wav",
        "v1.2 final.flac",
        "Baß ♭.ogg",
    ],
)
def test_bounces(name: str) -> None:
    assert is_bounce_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("bass.wav.tmp", "bass.wav.part", "bass.wav.crdownload", "bass.wav~", "~bass.wav", "bass.tmp.wav"),
        *("bass.wav.asd", "bass.wav.reapeaks", "bass.pkf", "bass.txt", "bass", "wav", ".wav", "bass.wav.bak"),
        *("._bass.wav", ".bass.wav", f"{TEMPORARY_PREFIX}0123456789ab.wav", "bass.part.wav", "bass~.wav"),
    ],
)
def test_no_bounces(name: str) -> None:
    assert not is_bounce_name(name)


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="/\0\\:"), min_size=1),
    st.sampled_from(AUDIO_SUFFIXES),
)
def test_a_suffix_in_any_case_counts_and_a_hidden_name_never_does(stem: str, suffix: str) -> None:
    assert is_bounce_name(stem + suffix) == is_bounce_name(stem + suffix.upper())
    assert not is_bounce_name("." + stem + suffix)
    assert not is_bounce_name(stem + suffix + ".part")


@pytest.mark.parametrize(
    ("name", "is_take", "is_preset"),
    [
        ("bass.take.yaml", True, True),
        ("bass.mid", True, False),
        ("fat-analog-sub.yaml", False, True),
        ("bass.wav", False, False),
        (".bass.take.yaml", False, False),
        ("bass.take.yaml~", False, False),
        ("bass.tmp.yaml", False, False),
        (f"{TEMPORARY_PREFIX}0123456789ab.take.yaml", False, False),
    ],
)
def test_takes_and_presets(name: str, is_take: bool, is_preset: bool) -> None:
    assert (is_take_name(name), is_preset_name(name)) == (is_take, is_preset)


def test_hidden_folders_are_passed_over() -> None:
    assert is_bounce_folder("Verse 2")
    assert not is_bounce_folder(".bridge")
