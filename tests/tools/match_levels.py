"""Measure how loud every factory preset is, and say (or write) the gain that makes them alike.

python -m tests.tools.match_levels            a table: loudness now, gain wanted
python -m tests.tools.match_levels --write    put the gains into presets/*.yaml
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from daw_bridge.core.audio import AudioClip
from daw_bridge.host import Host
from daw_bridge.presets import PresetLibrary, StoredPreset, factory_folder
from daw_bridge.presets.phrases import phrase_for
from tests.measure import decibels, loudness_lufs

TARGET_LUFS = -22.0
"""Leaves the plucks and drums their peaks, and a mix its headroom."""

RATE_HZ = 44_100
_OUTPUT_GAIN = re.compile(r"(?m)(^output: \{gain_db: )-?[\d.]+")


def factory_presets() -> list[StoredPreset]:
    """All of them, by slug."""
    library = PresetLibrary([factory_folder()])
    return [library.find(slug) for slug in library.slugs()]


def play(host: Host, preset: StoredPreset) -> AudioClip:
    """The preset on the phrase that fits it."""
    return host.render(phrase_for(preset.preset), preset, rate_hz=RATE_HZ).clip


def wanted_gain_db(preset: StoredPreset, loudness: float) -> float:
    """The gain, in steps of half a dB, that brings the preset to the target."""
    return round((preset.preset.output.gain_db + TARGET_LUFS - loudness) * 2.0) / 2.0


def write_gain(path: Path, gain_db: float) -> None:
    """Replace the output's gain; everything else in the file stays as it is."""
    text, found = _OUTPUT_GAIN.subn(rf"\g<1>{gain_db:g}", path.read_text(encoding="utf-8"))
    assert found == 1, f"{path} has no line such as: output: {{gain_db: 0}}"
    path.write_text(text, encoding="utf-8")


def main() -> None:
    """Print the table; with `--write`, change the files."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--write", action="store_true", help="put the gains into the preset files")
    write = arguments.parse_args().write
    with Host() as host:
        for preset in factory_presets():
            clip = play(host, preset)
            loudness = loudness_lufs(clip.samples, clip.rate_hz)
            gain_db = wanted_gain_db(preset, loudness)
            print(
                f"{preset.slug:28} {loudness:6.1f} LUFS  peak {decibels(clip.peak):5.1f} dB"
                f"  gain {preset.preset.output.gain_db:+5.1f} -> {gain_db:+5.1f} dB"
            )
            if write:
                write_gain(preset.path, gain_db)


if __name__ == "__main__":
    main()
