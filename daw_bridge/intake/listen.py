"""One pass over a bounce's audio: decode, check, fingerprint, mix down, resample."""

from __future__ import annotations

import math
from pathlib import Path

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.errors import BounceEmpty, BounceSilent, BounceUnreadable
from daw_bridge.intake.bounce import Bounce
from daw_bridge.intake.measures import Measures
from daw_bridge.intake.reader import BounceReader, open_bounce
from daw_bridge.intake.resampling import Resampler

SILENCE_DBFS = -80.0
"""A peak below this is silence: dither and a muted track's noise."""


def inspect(path: Path) -> Bounce:
    """Read the bounce to its end and say what it is.

    Raises BounceMissing, BounceUnreadable, BounceTruncated, BounceEmpty or BounceSilent.
    """
    with open_bounce(path) as reader:
        return _checked(reader, _pass(reader, None))


def listen(path: Path, rate_hz: int) -> tuple[Bounce, AudioClip]:
    """Read the bounce to its end; say what it is, and give its sound in mono at `rate_hz`.

    Mono is the mean of the channels, or the loudest channel where they cancel one another (stereo with one
    side inverted). Time is kept within a sample; an MP3 is heard with its encoder's delay, which for LAME
    is 1105 samples (25 ms at 44.1 kHz). An hour of stereo takes 320 MB for the clip at 22.05 kHz and
    little more. Raises what `inspect` raises.
    """
    with open_bounce(path) as reader:
        mono = Resampler(reader.rate_hz, rate_hz, expected_frames=reader.promised_frames)
        measures = _pass(reader, mono)
        bounce = _checked(reader, measures)
    if not measures.channels_cancel:
        return bounce, mono.finish()
    return _listen_to_channel(path, rate_hz, measures.loudest_channel)


def _listen_to_channel(path: Path, rate_hz: int, channel: int) -> tuple[Bounce, AudioClip]:
    with open_bounce(path) as reader:
        mono = Resampler(reader.rate_hz, rate_hz, expected_frames=reader.promised_frames)
        measures = _pass(reader, mono, channel=channel)
        return _checked(reader, measures), mono.finish()


def _pass(reader: BounceReader, mono: Resampler | None, *, channel: int | None = None) -> Measures:
    """Read all blocks; `mono` takes their mean, or the one channel."""
    with Measures(reader.rate_hz, reader.channels) as measures:
        for block in reader.blocks():
            mean = measures.add(block)
            if mean is None:
                break
            if mono is not None:
                mono.add(mean if channel is None else block[channel : channel + 1])
        return measures


def _checked(reader: BounceReader, measures: Measures) -> Bounce:
    if measures.damaged_frame is not None:
        raise BounceUnreadable(
            f"At {measures.damaged_frame / reader.rate_hz:.3f} s it holds samples that are no sound"
            " (NaN, infinity, or far over full scale).",
            where=reader.path,
            advice="A plugin on the track may write them: bypass one after the other, and bounce again.",
        )
    if measures.frames == 0:
        raise BounceEmpty(
            "No audio could be decoded from it.", where=reader.path, advice="Bounce it again, as WAV or FLAC."
        )
    if measures.peak_dbfs < SILENCE_DBFS:
        raise BounceSilent(
            f"The bounce is silent{_peak(measures.peak_dbfs)}.",
            where=reader.path,
            advice="Unmute the track, check that the export range covers the part, and bounce again.",
        )
    return Bounce(reader.path, reader.rate_hz, reader.channels, measures.frames, measures.fingerprint)


def _peak(peak_dbfs: float) -> str:
    """Of what is nearly silent: noise, or dither."""
    return f" (its peak is {peak_dbfs:.0f} dBFS)" if math.isfinite(peak_dbfs) else ""
