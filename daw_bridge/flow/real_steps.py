"""The steps as they are: what `pipeline` puts in order, outside of tests."""

from __future__ import annotations

from pathlib import Path

from daw_bridge.core.notes import Part
from daw_bridge.flow.job import Instruments, Steps
from daw_bridge.intake import listen
from daw_bridge.intake.hints import MeterHint, TempoHint, TimeReferenceHint, hints_of
from daw_bridge.session.grid import FileHints, TempoGuess
from daw_bridge.transcribe import (
    Attacks,
    Drums,
    engine,
    estimate_key,
    find_attacks,
    guess_kind,
    missing_pianist,
    pianist,
    tempo_of,
)


def real_steps(engine_name: str, instruments: Instruments) -> Steps:
    """With this engine. Raises EngineUnknown, EngineMissing."""
    return Steps(
        listen,
        engine(engine_name),
        _guess_tempo,
        instruments,
        guess_kind,
        estimate_key,
        find_attacks=find_attacks,
        drums=Drums(),
        piano=pianist(engine_name),
        piano_warning=missing_pianist(engine_name),
        hints=_hints,
    )


def _hints(bounce: Path) -> FileHints:
    found = hints_of(bounce)  # the most trusted first
    tempo = next((hint for hint in found if isinstance(hint, TempoHint)), None)
    meter = next((hint for hint in found if isinstance(hint, MeterHint)), None)
    # A time stamp of 0 is what many programs write that keep none.
    stamp = next((hint for hint in found if isinstance(hint, TimeReferenceHint) and hint.frames > 0), None)
    return FileHints(
        tempo_bpm=tempo.tempo_bpm if tempo else None,
        tempo_source=tempo.source if tempo else "",
        time_signature=meter.time_signature if meter else None,
        clock_s=stamp.clock_s if stamp else None,
    )


def _guess_tempo(heard: Attacks, part: Part) -> TempoGuess | None:
    found = tempo_of(heard, part)
    if found is None:
        return None
    return TempoGuess(found.tempo_bpm, found.confidence, found.first_beat_s, found.beat_confidence)
