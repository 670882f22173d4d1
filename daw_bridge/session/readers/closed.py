"""Session files that are recognised and can't be read: binary formats that nobody has written down.

Each names what its DAW can export instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from daw_bridge.core.errors import SessionFileClosed
from daw_bridge.session.readers.info import SessionInfo

_NAME_IT = "and name it in bridge.yaml: `tempo: {file: map.%s}`. A steady tempo is named faster: `tempo: 97`."


@dataclass(frozen=True)
class ClosedFormat:
    """A `Reader` that only knows the file's name."""

    daw: str
    patterns: tuple[str, ...]
    advice: str

    def read(self, file: Path) -> SessionInfo:
        """Raises SessionFileClosed, always."""
        raise SessionFileClosed(f"{self.daw} keeps its tempo to itself.", where=file, advice=self.advice)


CLOSED_FORMATS = (
    ClosedFormat(
        "Cubase or Nuendo",
        ("*.cpr", "*.npr"),
        "Export the tempo track (File > Export > Tempo Track) into this folder, and it is read from there; "
        "a .dawproject too.",
    ),
    ClosedFormat(
        "Pro Tools",
        ("*.ptx", "*.ptf"),
        f"Export a MIDI file (File > Export > MIDI) {_NAME_IT % 'mid'}",
    ),
    ClosedFormat(
        "Bitwig Studio",
        ("*.bwproject",),
        "Export the project as DAWproject (File > Export Project) into this folder; it is read from there.",
    ),
    ClosedFormat(
        "Reason",
        ("*.reason", "*.rns"),
        f"Export a MIDI file (File > Export MIDI File) {_NAME_IT % 'mid'}",
    ),
)
