"""MIDI files as another project's program reads them: midicsv, in C, which knows nothing of mido."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import mido
import pytest

Row = tuple[str, ...]
"""Track, tick, kind of event and its numbers, as midicsv writes them."""

TIMEOUT_S = 30.0


def rows_by_midicsv(content: bytes) -> list[Row]:
    """Every event of a file, with absolute ticks. Skips, or fails in CI, where midicsv is missing."""
    if shutil.which("midicsv") is None:
        reason = "midicsv is not installed (tests/run.sh installs it on Debian)"
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI reads MIDI files with a second reader, and {reason}")
        pytest.skip(reason)
    read = subprocess.run(
        ["midicsv", "-", "-"], input=content, capture_output=True, timeout=TIMEOUT_S, check=True
    )
    assert read.stderr == b""
    text = re.sub(rb"\\(\d{3})", lambda octal: bytes([int(octal[1], 8)]), read.stdout).decode("utf-8")
    return [tuple(row) for row in csv.reader(text.splitlines(), skipinitialspace=True)]


def rows_by_mido(file: mido.MidiFile) -> list[Row]:
    """The same of what mido has read."""
    header = ("0", "0", "Header", file.type, len(file.tracks), file.ticks_per_beat)
    rows: list[tuple[object, ...]] = [header]
    for number, track in enumerate(file.tracks, 1):
        tick = 0
        rows.append((number, 0, "Start_track"))
        for message in track:
            tick += message.time
            rows.append((number, tick, *_KINDS[message.type](message)))
    rows.append((0, 0, "End_of_file"))
    return [tuple(map(str, row)) for row in rows]


_KINDS: dict[str, Callable[[Any], tuple[object, ...]]] = {
    "track_name": lambda m: ("Title_t", m.name),
    "set_tempo": lambda m: ("Tempo", m.tempo),
    "time_signature": lambda m: (
        "Time_signature",
        m.numerator,
        m.denominator.bit_length() - 1,
        m.clocks_per_click,
        m.notated_32nd_notes_per_beat,
    ),
    "note_on": lambda m: ("Note_on_c", m.channel, m.note, m.velocity),
    "note_off": lambda m: ("Note_off_c", m.channel, m.note, m.velocity),
    "pitchwheel": lambda m: ("Pitch_bend_c", m.channel, m.pitch + 8192),
    "control_change": lambda m: ("Control_c", m.channel, m.control, m.value),
    "end_of_track": lambda m: ("End_track",),
}
