"""Whose tempo holds, and what the take says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from daw_bridge.core.errors import SessionFileInvalid
from daw_bridge.core.grid import Grid
from daw_bridge.core.meters import TimeSignature
from daw_bridge.core.notes import Note, Part
from daw_bridge.deliver.midi import midi_bytes
from daw_bridge.session.grid import (
    FileHints,
    LiveTempo,
    SessionGrid,
    TempoGuess,
    WantedTempo,
    is_heard,
    resolve_grid,
)
from daw_bridge.session.readers import SessionInfo
from daw_bridge.settings import FixedTempo, ListenedTempo, TempoFile

SESSION = SessionInfo(Path("Night Drive.als"), "Ableton Live 12.1", Grid.constant(97.0, TimeSignature(7, 8)))
HINTS = FileHints(tempo_bpm=88.0, tempo_source="the acid chunk", time_signature=TimeSignature(3, 4))
GUESS = TempoGuess(101.0, 0.8, 0.25, 0.9)


def resolved(
    wanted: WantedTempo,
    *,
    session: SessionInfo | None = None,
    hints: FileHints | None = None,
    guess: TempoGuess | None = GUESS,
    live: LiveTempo | None = None,
    folder: Path = Path(),
) -> SessionGrid:
    return resolve_grid(
        wanted,
        named_by="bridge.yaml",
        session=session,
        hints=hints or FileHints(),
        estimate=lambda: guess,
        live=live,
        folder=folder,
    )


def test_what_the_user_names_holds() -> None:
    named = resolved(FixedTempo(bpm=120, time_signature="6/8"), session=SESSION, hints=HINTS)
    assert named == SessionGrid(Grid.constant(120.0, TimeSignature(6, 8)), "bridge.yaml")


def test_the_sessions_own_file_comes_next() -> None:
    assert resolved("session", session=SESSION, hints=HINTS) == SessionGrid(
        SESSION.grid, "Ableton Live 12.1: Night Drive.als"
    )


def test_then_the_bounces_own_word_which_is_a_guess() -> None:
    found = resolved("session", hints=HINTS)
    assert found.grid == Grid.constant(88.0, TimeSignature(3, 4))
    assert (found.source, found.is_guess) == ("no session is known: the acid chunk", True)


def test_then_an_estimate_which_is_a_guess() -> None:
    found = resolved("session")
    assert found.grid == Grid.constant(101.0)
    assert found.source == "no session is known: a guess from the audio (80% sure)"
    assert (found.is_guess, found.first_beat_s) == (True, 0.25)


def test_audio_means_the_sound_whatever_else_is_known() -> None:
    assert resolved("audio", session=SESSION, hints=HINTS).source == "a guess from the audio (80% sure)"


def test_where_nothing_can_be_heard_120_is_called_a_placeholder() -> None:
    found = resolved("session", guess=None)
    assert found.grid == Grid.constant(120.0)
    assert found.is_guess
    assert "120 BPM is a placeholder" in found.source


def test_a_tempo_map_that_a_daw_exported_is_followed(tmp_path: Path) -> None:
    exported = Grid.constant(96.0, TimeSignature(5, 4)).placed(0.0)
    (tmp_path / "map.mid").write_bytes(midi_bytes(Part((Note(0, 60, 1),), 1.0), exported, track_name="x"))
    found = resolved(TempoFile(file="map.mid"), session=SESSION, folder=tmp_path)
    assert found.grid.tempo.initial_bpm == pytest.approx(96.0, abs=1e-3)
    assert found.grid.meters.initial == TimeSignature(5, 4)
    assert found.source == "the tempo map map.mid, named by bridge.yaml"
    with pytest.raises(SessionFileInvalid, match=r"gone\.mid"):
        resolved(TempoFile(file="gone.mid"), folder=tmp_path)


LINK = ListenedTempo(listen="link", time_signature="7/8")
HEARD = LiveTempo(97.0, "Ableton Link, 97 BPM, 2 peers")


def test_what_was_heard_live_stands_in_where_no_session_file_says_it() -> None:
    found = resolved(LINK, hints=HINTS, live=HEARD)
    assert found == SessionGrid(Grid.constant(97.0, TimeSignature(7, 8)), "Ableton Link, 97 BPM, 2 peers")


def test_the_session_file_knows_more_than_link_and_holds() -> None:
    assert resolved(LINK, session=SESSION, live=HEARD) == resolved("session", session=SESSION)


def test_a_set_that_was_not_saved_is_said() -> None:
    found = resolved(LINK, session=SESSION, live=LiveTempo(104.0, "Ableton Link, 104 BPM, 1 peer"))
    assert found.grid == SESSION.grid
    assert found.warnings == (
        "Night Drive.als holds, and says another tempo than was heard (Ableton Link, 104 BPM, 1 peer): "
        "save it in the DAW, and bounce again.",
    )


def test_the_meter_is_the_settings_or_else_the_bounces_own() -> None:
    found = resolved(ListenedTempo(listen="clock"), hints=HINTS, live=HEARD)
    assert found.grid.meters.initial == TimeSignature(3, 4)


def test_what_was_not_heard_is_said_and_something_stands_in() -> None:
    for hints, bpm in ((HINTS, 88.0), (FileHints(), 101.0)):
        found = resolved(LINK, hints=hints)
        assert (found.grid.tempo.initial_bpm, found.is_guess) == (bpm, True)
        assert found.source.startswith("no Ableton Link was heard: ")
        assert found.warnings == (
            "No Ableton Link was heard when this was bounced: another tempo stands in.",
        )


def test_what_was_heard_at_another_time_is_a_guess() -> None:
    live = LiveTempo(
        97.0, "Ableton Link, 97 BPM, 2 peers, heard 3 h after the bounce was made", is_guess=True
    )
    assert resolved(LINK, live=live).is_guess


@pytest.mark.parametrize("wanted", ["session", "audio", FixedTempo(bpm=97.0)])
@pytest.mark.parametrize("session", [None, SESSION])
@pytest.mark.parametrize("hints", [FileHints(), HINTS])
def test_attacks_are_looked_for_exactly_where_an_estimate_is_asked_for(
    wanted: WantedTempo, session: SessionInfo | None, hints: FileHints
) -> None:
    asked: list[bool] = []
    resolve_grid(
        wanted, named_by="--tempo", session=session, hints=hints, estimate=lambda: asked.append(True)
    )
    assert is_heard(wanted, session, hints) == bool(asked)
