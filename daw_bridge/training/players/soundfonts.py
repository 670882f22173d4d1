"""SoundFonts, played by fluidsynth (Debian's `fluidsynth`)."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import mido
import numpy as np
import numpy.typing as npt

from daw_bridge.training.performance import Performance
from daw_bridge.training.players import PLAY_RATE_HZ

FOLDER = Path("/usr/share/sounds/sf2")
TICKS_A_SECOND = 960
BEND_SEMITONES = 2.0


def play(
    rng: np.random.Generator,
    performance: Performance,
    bank: str,
    program: int,
    length_s: float,
    *,
    channel: int = 0,
) -> npt.NDArray[np.float32]:
    """One channel at 44,100 Hz; on MIDI channel 9 a program is a drum kit.

    Raises FileNotFoundError without the bank, CalledProcessError when fluidsynth fails.
    """
    soundfont = FOLDER / f"{bank}.sf2"
    if not soundfont.is_file():
        raise FileNotFoundError(soundfont)
    with tempfile.TemporaryDirectory() as folder:
        modulation = int(rng.integers(0, 64)) if rng.random() < 0.15 else 0
        song, sound = Path(folder, "line.mid"), Path(folder, "line.raw")
        _write(song, performance, program, modulation, channel)
        chorus, reverb = ("1" if rng.random() < 0.15 else "0"), ("1" if rng.random() < 0.2 else "0")
        # fmt: off
        subprocess.run(
            ["fluidsynth", "-ni", "-q", "-g", "0.4", "-r", str(PLAY_RATE_HZ), "-C", chorus, "-R", reverb,
             "-o", "synth.dynamic-sample-loading=1", "-o", "synth.cpu-cores=1",
             "-O", "float", "-T", "raw", "-F", str(sound), str(soundfont), str(song)],
            check=True, capture_output=True, timeout=120,
        )
        # fmt: on
        stereo = np.fromfile(sound, np.float32).reshape(-1, 2)
    mono = np.zeros(round(length_s * PLAY_RATE_HZ), np.float32)
    heard = stereo[: len(mono)].mean(axis=1)
    mono[: len(heard)] = heard
    return mono


def _write(path: Path, performance: Performance, program: int, modulation: int, channel: int) -> None:
    """A MIDI file with one tick a millisecond or so."""
    events: list[tuple[float, int, mido.Message]] = [
        (0.0, 0, mido.Message("program_change", program=program)),
        (0.0, 0, mido.Message("control_change", control=1, value=modulation)),
    ]
    for bend in performance.bends:
        wheel = int(np.clip(round(8192 * bend.semitones / BEND_SEMITONES), -8192, 8191))
        events.append((bend.time_s, 1, mido.Message("pitchwheel", pitch=wheel)))
    for note in performance.notes:
        events.append((note.onset_s, 3, mido.Message("note_on", note=note.pitch, velocity=note.velocity)))
        events.append((note.offset_s, 2, mido.Message("note_off", note=note.pitch)))
    song = mido.MidiFile(ticks_per_beat=TICKS_A_SECOND // 2)
    track = mido.MidiTrack()
    song.tracks.append(track)
    now = 0
    for at_s, _, message in sorted(events, key=lambda event: event[:2]):
        tick = round(at_s * TICKS_A_SECOND)
        track.append(message.copy(time=tick - now, channel=channel))
        now = tick
    song.save(path)
