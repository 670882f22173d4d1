"""Session files of DAWs: one module a DAW, and one line here."""

from __future__ import annotations

from daw_bridge.session.readers.info import Clip, Reader, SessionInfo

__all__ = ["READERS", "Clip", "Reader", "SessionInfo"]

READERS: tuple[Reader, ...] = ()
"""Every kind of session file that is recognised."""
