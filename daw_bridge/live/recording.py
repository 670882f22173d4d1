"""A piece played into hardware, and what came back: heard from its first beat on, without the latency."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from daw_bridge.core.audio import AudioClip, Samples
from daw_bridge.core.errors import HardwareSilent
from daw_bridge.core.timing import TempoMap
from daw_bridge.live.audio_in import AudioInput
from daw_bridge.live.ping import (
    EARLY_S,
    FAINTEST,
    LISTEN_S,
    PINGS,
    QUIET_S,
    Latency,
    latency_of,
    onset_s,
    ping_program,
)
from daw_bridge.live.player import Timing
from daw_bridge.live.playing import LivePlayer, Moment
from daw_bridge.live.sound_in import HeardSound, level, magnitudes
from daw_bridge.live.wire import Piece

TAIL_S = 10.0
"""The sound ends where it is silent, so long after the piece at the latest, where nothing else is wanted."""
SILENT_S = 0.5
SILENT = 0.0005
"""-66 dBFS, or the noise that was there before, if that is louder."""
LOOK_S = 0.05
LATE_MS = 2.0
"""Notes that the player sent later than this are told."""
FADE_S = 0.05
FULL_SCALE = 0.9999
CHANNELS = 2


@dataclass(frozen=True, eq=False)
class Recording:
    """`clip` begins where it was wanted, `clipped_s` is where it first touches full scale."""

    clip: AudioClip
    latency: Latency
    clipped_s: float | None = None
    warnings: tuple[str, ...] = ()


class Hardware:
    """A synth between a MIDI port and an audio input, both open; it is waited for `tail_s` to fall silent."""

    def __init__(self, player: LivePlayer, source: AudioInput, tail_s: float = TAIL_S) -> None:
        self._player = player
        self._source = source
        self._tail_s = tail_s
        self._silent: float | None = None

    def measure(self, piece: Piece) -> Latency:
        """By pings on the piece's patch and channel. Raises HardwareSilent, LiveError."""
        self._learn_silence()
        ping = Piece(ping_program(piece.program), TempoMap.constant(60.0))
        heard_s = [late_s for _ in range(PINGS) if (late_s := self._ping(ping)) is not None]
        if not heard_s:
            noise = level(self._source.latest(QUIET_S))
            raise HardwareSilent(
                f"No ping was heard, only {_decibels(noise)}.",
                where=self._source.name,
                advice="See the synth's level and cables, its MIDI channel (--channel), and which inputs it "
                "comes in by (--inputs). A slow attack hides a ping: measure on another patch, and give that "
                "--latency.",
            )
        return latency_of(heard_s)

    def _ping(self, ping: Piece) -> float | None:
        """How late it is; None for one that is not heard."""
        sent_s = _began_s(self._player.play(ping))
        self._wait(sent_s + LISTEN_S - time.perf_counter())
        heard = self._source.heard()
        from_s = sent_s - EARLY_S
        late_s = onset_s(heard.between(from_s - QUIET_S, from_s), heard.between(from_s), heard.rate_hz)
        return None if late_s is None else late_s - EARLY_S

    def record(
        self,
        piece: Piece,
        latency: Latency,
        *,
        from_s: float,
        duration_s: float,
        rate_hz: int,
        on_moment: Callable[[Moment], None] = lambda moment: None,
    ) -> Recording:
        """The piece's sound from `from_s` after its first beat on, `duration_s` long and until it is silent;
        in two channels at `rate_hz`. Raises HardwareSilent, LiveError."""
        silent = self._learn_silence()
        self._fall_silent(silent)  # the last ping, or whatever else was played

        def show(moment: Moment) -> None:
            self._source.check()
            on_moment(moment)

        timing = self._player.play(piece, show)
        self._wait(latency.latency_s)
        has_ended = self._fall_silent(silent)
        heard = self._source.heard()
        begin_s = _began_s(timing) + from_s + latency.latency_s
        sound = heard.between(begin_s)
        if level(sound) <= max(silent, FAINTEST):
            raise HardwareSilent(
                f"The part was played, and nothing was heard but {_decibels(level(sound))}.",
                where=self._source.name,
                advice="See the synth's level and cables, and its MIDI channel (--channel).",
            )
        clipped = magnitudes(sound) >= FULL_SCALE
        clip = _clip(sound, heard.rate_hz, rate_hz, duration_s, silent)
        return Recording(
            clip,
            latency,
            float(np.argmax(clipped)) / heard.rate_hz if clipped.any() else None,
            (*latency.warnings, *_lost(heard), *_late(timing), *([] if has_ended else [self._sounds_on()])),
        )

    def _learn_silence(self) -> float:
        """What the input is like before anything is played."""
        if self._silent is None:
            self._wait(QUIET_S)
            self._silent = max(SILENT, 2.0 * level(self._source.latest(QUIET_S)))
        return self._silent

    def _sounds_on(self) -> str:
        return (
            f"It still sounds {self._tail_s:g} s after the end, where it is faded out; --tail records longer."
        )

    def _fall_silent(self, silent: float) -> bool:
        """Wait until it has been for a while; False when it takes too long."""
        end_s = time.perf_counter() + self._tail_s
        self._wait(SILENT_S)
        while level(self._source.latest(SILENT_S)) > silent:
            if time.perf_counter() > end_s:
                return False
            self._wait(LOOK_S)
        return True

    def _wait(self, seconds: float) -> None:
        time.sleep(max(seconds, 0.0))
        self._source.check()


def _began_s(timing: Timing) -> float:
    """Known for every piece that our own clock times."""
    assert timing.began_s is not None
    return timing.began_s


def _clip(sound: Samples, from_hz: float, rate_hz: int, duration_s: float, silent: float) -> AudioClip:
    """In two channels at another rate, as long as wanted and until it is silent, where it fades out."""
    sound = np.repeat(sound, CHANNELS, axis=0) if sound.shape[0] == 1 else sound[:CHANNELS]
    if from_hz != rate_hz:
        from pedalboard.io import StreamResampler

        stream = StreamResampler(from_hz, float(rate_hz), CHANNELS)
        sound = np.concatenate((stream.process(np.ascontiguousarray(sound)), stream.process()), axis=1)
    frames = round(duration_s * rate_hz)
    audible = np.flatnonzero(magnitudes(sound) > silent)
    end = max(frames, int(audible[-1]) + 1 if audible.size else 0)
    sound = np.pad(sound[:, :end], ((0, 0), (0, max(end - sound.shape[1], 0))))
    fade = min(round(FADE_S * rate_hz), end)
    sound[:, end - fade :] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
    return AudioClip(np.ascontiguousarray(sound, np.float32), rate_hz)


def _lost(heard: HeardSound) -> tuple[str, ...]:
    if not heard.lost_s:
        return ()
    return (
        f"The audio input lost {1000 * heard.lost_s:.0f} ms of sound, where there is silence now: give its "
        "driver a larger buffer, and record again.",
    )


def _late(timing: Timing) -> tuple[str, ...]:
    if timing.most_ms <= LATE_MS and not timing.left_out:
        return ()
    return (f"This machine is busy, and some notes were sent late: {timing}.",)


def _decibels(peak: float) -> str:
    return f"{20 * np.log10(peak):.0f} dBFS" if peak > 0 else "silence"
