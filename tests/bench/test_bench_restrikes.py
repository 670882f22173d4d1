"""What is counted as a repeat, as lost, and as made up."""

from __future__ import annotations

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.notes import Note, Part
from daw_bridge.transcribe.engine import Progress, no_progress
from tests.bench import restrikes


class Forgetful:
    """Hears what the clip's bars hold, but for every fourth strike; and a note an octave up in each bar."""

    name, version, rate_hz = "forgetful", "1", restrikes.RATE_HZ

    def __init__(self, bars: list[restrikes.Bar]) -> None:
        self.bars = bars

    def prepare(self) -> None: ...

    def transcribe(
        self, clip: AudioClip, *, profile: str = "auto", on_progress: Progress = no_progress
    ) -> Part:
        kept = [note for bar in self.bars for i, note in enumerate(bar.notes) if i % 4 != 3]
        made_up = [Note(bar.notes[0].onset_s, 100, bar.notes[0].offset_s) for bar in self.bars]
        return Part(tuple(sorted([*kept, *made_up])), clip.duration_s)


def test_repeats_are_counted_without_the_first_strike_and_what_was_not_played_is_made_up() -> None:
    bars = next(restrikes.clips("analog", "heard in training"))
    assert len(bars) == len(restrikes.TEMPI_BPM) * len(restrikes.GAPS)
    repeats, lost, extra = restrikes.counted("analog", bars, Forgetful(bars))
    assert repeats["all"] == 15 * len(bars)
    assert lost["all"] == 4 * len(bars)
    assert extra["all"] == len(bars)
    assert repeats["140 BPM"] == repeats["gaps of 10%"] == 15 * 3


def test_gaps_are_parts_of_a_sixteenth() -> None:
    bar = next(restrikes.clips("analog", ""))[0]
    first, second = bar.notes[:2]
    assert abs(second.onset_s - first.onset_s - 0.15) < 1e-9
    assert abs((second.onset_s - first.offset_s) - 0.1 * 0.15) < 1e-9
