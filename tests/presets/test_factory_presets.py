"""The factory presets, each played by the real host on a phrase that fits it."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import numpy as np
import pytest

from daw_bridge.core.notes import Note, Part
from daw_bridge.host import Host, Rendering
from daw_bridge.presets import StoredPreset, slug_of
from daw_bridge.presets.phrases import phrase_for
from tests.measure import (
    Signal,
    decibels,
    key_hz,
    loudness_lufs,
    mono,
    onset_s,
    peak_above,
    pitch_error_cents,
)
from tests.tools.match_levels import RATE_HZ, TARGET_LUFS, factory_presets

PRESETS = {preset.slug: preset for preset in factory_presets()}
FAMILIES = ("bass", "lead", "pad", "keys", "pluck", "organ", "strings", "brass", "drums")
SLOW = ("pad", "strings", "brass")
PITCHED = [slug for slug, preset in PRESETS.items() if preset.preset.tags[0] != "drums"]


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with Host() as running:
        running.rendering = functools.cache(  # type: ignore[attr-defined]
            lambda slug: running.render(phrase_for(PRESETS[slug].preset), PRESETS[slug], rate_hz=RATE_HZ)
        )
        running.held_note = functools.cache(  # type: ignore[attr-defined]
            lambda slug: mono(running.render(_note(slug), PRESETS[slug], rate_hz=RATE_HZ).clip.samples)
        )
        yield running


def held_note(host: Host, slug: str) -> Signal:
    """One note from 0.1 to 2.0 s, played once: mono."""
    sound: Signal = host.held_note(slug)  # type: ignore[attr-defined]
    return sound


def _note(slug: str) -> Part:
    pitch, _ = _middle(PRESETS[slug])
    return Part((Note(0.1, pitch, 2.0, 100),), 2.2)


def rendering_of(host: Host, slug: str) -> Rendering:
    """Each preset is played once."""
    rendering: Rendering = host.rendering(slug)  # type: ignore[attr-defined]
    return rendering


@pytest.mark.parametrize("slug", PRESETS)
def test_a_preset_plays_cleanly_and_as_loud_as_the_others(host: Host, slug: str) -> None:
    rendering = rendering_of(host, slug)
    assert rendering.warnings == ()
    assert np.isfinite(rendering.clip.samples).all()
    assert 0.05 < rendering.clip.peak < 0.9
    assert loudness_lufs(rendering.clip.samples, RATE_HZ) == pytest.approx(TARGET_LUFS, abs=1.5)
    assert np.abs(rendering.clip.samples.mean(axis=1)).max() < 1e-3


def test_presets_differ_from_each_other(host: Host) -> None:
    fingerprints = {slug: _fingerprint(rendering_of(host, slug).clip.samples) for slug in PRESETS}
    slugs = list(PRESETS)
    for index, one in enumerate(slugs):
        for other in slugs[index + 1 :]:
            if phrase_for(PRESETS[one].preset) is phrase_for(PRESETS[other].preset):
                difference_db = float(np.abs(fingerprints[one] - fingerprints[other]).mean())
                assert difference_db > 1.5, f"{one} and {other} sound alike: {difference_db:.1f} dB"


@pytest.mark.parametrize("slug", PITCHED)
def test_each_note_has_its_pitch(host: Host, slug: str) -> None:
    sound = held_note(host, slug)
    _, tuned_hz = _middle(PRESETS[slug])
    held = sound[round(0.15 * RATE_HZ) : round(1.0 * RATE_HZ)]
    assert abs(pitch_error_cents(held, RATE_HZ, tuned_hz, within=40.0)) < 10.0
    if PRESETS[slug].preset.tags[0] not in SLOW:
        assert onset_s(sound[: RATE_HZ // 2], RATE_HZ, below_peak_db=30.0) - 0.1 < 0.005


@pytest.mark.parametrize("slug", PITCHED)
def test_the_end_of_a_note_does_not_click_through_the_effects(host: Host, slug: str) -> None:
    """A click is broad: above 14 kHz it would stand out of what the held note has there."""
    sound = held_note(host, slug)
    held, ended = (
        decibels(peak_above(sound[round(start_s * RATE_HZ) :][: RATE_HZ // 16], RATE_HZ, 14_000.0))
        - decibels(float(np.abs(sound).max()))
        for start_s in (1.9, 1.98)
    )
    assert ended < max(held + 6.0, -80.0)


def test_the_shelf_has_every_family() -> None:
    assert len(PRESETS) >= 32
    assert {preset.preset.tags[0] for preset in PRESETS.values()} == set(FAMILIES)
    assert {"fat-analog-sub", "glassy-digital-pad", "suitcase-electric-piano"} <= PRESETS.keys()
    assert len({preset.preset.instrument.faust for preset in PRESETS.values()}) >= 8


@pytest.mark.parametrize("slug", PRESETS)
def test_a_preset_is_named_tagged_and_described(slug: str) -> None:
    preset = PRESETS[slug].preset
    assert slug == slug_of(preset.name)
    assert 2 <= len(preset.tags) <= 5
    assert all(tag == tag.lower() for tag in preset.tags)
    assert preset.description.endswith(".") and 30 <= len(preset.description) <= 120


def _middle(stored: StoredPreset) -> tuple[int, float]:
    """A key in the preset's range, and the frequency that it sounds at."""
    fit = stored.preset.notes
    pitch = 40 if stored.preset.tags[0] == "bass" else 64
    played = pitch + fit.transpose
    if fit.range:
        assert fit.range.lowest <= played <= fit.range.highest
    # Deep Sine Sub plays its sine an octave below the key, and its key an octave up.
    below = 12 if stored.slug == "deep-sine-sub" else 0
    return pitch, key_hz(played - below)


def _fingerprint(samples: Signal) -> Signal:
    """Levels in dB, in 24 bands over 16 stretches of the phrase."""
    stretches = np.array_split(mono(samples)[: 4 * RATE_HZ], 16)
    edges = np.geomspace(30.0, 16_000.0, 25)
    rows = []
    for stretch in stretches:
        power = np.abs(np.fft.rfft(stretch * np.hanning(len(stretch)))) ** 2
        frequencies = np.fft.rfftfreq(len(stretch), 1.0 / RATE_HZ)
        bands = np.searchsorted(edges, frequencies)
        rows.append([power[bands == band].sum() + 1e-3 for band in range(1, 25)])
    return 10.0 * np.log10(np.array(rows))
