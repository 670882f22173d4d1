"""amsynth's patches, of Debian's `amsynth`: thousands, whose names say what they are to sound like."""

from __future__ import annotations

import functools
import re
from pathlib import Path

BANKS = Path("/usr/share/amsynth/banks")
WORDS = {
    "organ": r"organ|drawbar|hammond|church",
    "keys": r"\bEP\b|EP\d*$|rhod|wurli|clav|keys|piano",
    "bass": r"bass",
    "guitar": r"guitar|geetar|gtr|banjo",
    "strings": r"string|violin",
    "brass": r"brass|horn|trumpet",
    "wind": r"flute|whistle|reed|clari|oboe|pipe",
    "voice": r"choir|voice|vox|voc",
    "lead": r"lead|solo|saw|square",
    "pad": r"pad|air|soft|warm|sweep|swell",
    "pluck": r"bell|xylo|marimba|harp|pluck|vibra|kalimba|mallet|glock",
}
"""What the names of a family's patches hold."""
UNFIT = re.compile(r"arp|sequenc|noise|split|drum|random|kick|fx|sample|loop|chord|fifth|5th", re.IGNORECASE)
"""Patches that play more than their key, or none; other synthesizers' are named alike."""
RANGES = {
    "amp_attack": (0, 2.5), "amp_decay": (0, 2.5), "amp_release": (0, 2.5),
    "filter_attack": (0, 2.5), "filter_decay": (0, 2.5), "filter_release": (0, 2.5),
    "osc1_waveform": (0, 4), "osc2_waveform": (0, 4), "lfo_waveform": (0, 6), "lfo_freq": (0, 7.5),
    "filter_resonance": (0, 0.97), "filter_env_amount": (-16, 16), "filter_cutoff": (-0.5, 1.5),
    "osc2_detune": (-1, 1), "osc2_range": (-3, 4), "osc2_pitch": (-12, 12), "osc_mix": (-1, 1),
    "freq_mod_amount": (0, 1.25992105), "filter_mod_amount": (-1, 1), "amp_mod_amount": (-1, 1),
    "distortion_crunch": (0, 0.9), "filter_type": (0, 4), "freq_mod_osc": (0, 2),
}  # fmt: skip
"""Of the parameters that don't go from 0 to 1, by amsynth 1.13's own list."""
ALL_ALIKE = {"keyboard_mode": 0.0, "portamento_time": 0.0}
"""Several voices, and no glide from key to key, which the label would not know of."""
SINCE_ADDED = {
    "osc2_pitch": 0.5, "filter_type": 0.0, "filter_slope": 1.0, "freq_mod_osc": 0.0, "filter_kbd_track": 1.0,
    "filter_vel_sens": 1.0, "amp_vel_sens": 1.0, "osc2_sync": 0.0,
}  # fmt: skip
"""What patches that are older than these parameters sound with."""


@functools.cache
def patches(family: str) -> dict[str, dict[str, float]]:
    """The patches whose names speak of the family: bank and name -> parameters, each 0.0 to 1.0.

    Raises FileNotFoundError where amsynth's banks are missing.
    """
    wanted = re.compile(WORDS[family], re.IGNORECASE)
    found: dict[str, dict[str, float]] = {}
    for bank in sorted(BANKS.glob("*.bank")):
        for text in bank.read_text(errors="replace").split("<preset> <name> ")[1:]:
            name, _, rows = text.partition("\n")
            if wanted.search(name) and not UNFIT.search(name):
                found[f"{bank.stem}/{name}"] = SINCE_ADDED | _values(rows) | ALL_ALIKE
    if not found:
        raise FileNotFoundError(BANKS)
    return found


def _values(rows: str) -> dict[str, float]:
    values = {}
    for name, value in re.findall(r"<parameter> (\w+) (\S+)", rows):
        lowest, highest = RANGES.get(name, (0.0, 1.0))
        values[name] = min(max((float(value) - lowest) / (highest - lowest), 0.0), 1.0)
    return values
