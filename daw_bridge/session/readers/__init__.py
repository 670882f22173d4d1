"""Session files of DAWs: one module a DAW, and one line here."""

from __future__ import annotations

from daw_bridge.session.readers.ableton import Ableton
from daw_bridge.session.readers.ardour import Ardour
from daw_bridge.session.readers.closed import CLOSED_FORMATS
from daw_bridge.session.readers.cubase_smt import CubaseTempoTrack
from daw_bridge.session.readers.dawproject import DawProject
from daw_bridge.session.readers.fl_studio import FlStudio
from daw_bridge.session.readers.info import Clip, Reader, SessionInfo
from daw_bridge.session.readers.logic import Logic
from daw_bridge.session.readers.midi_map import MidiTempoMap
from daw_bridge.session.readers.reaper import Reaper
from daw_bridge.session.readers.studio_one import StudioOne

__all__ = ["READERS", "Clip", "Reader", "SessionInfo"]

READERS: tuple[Reader, ...] = (
    Ableton(),
    Reaper(),
    Ardour(),
    Logic(),
    FlStudio(),
    StudioOne(),
    DawProject(),
    CubaseTempoTrack(),
    MidiTempoMap(),
    *CLOSED_FORMATS,
)
"""Every kind of session file that is recognised."""
