"""Logic Pro projects (`.logicx`, a folder): what their property lists say.

The arrangement itself is in a binary `ProjectData` that nobody has written down, so only the first tempo and
meter are known, and no clip. Seen in projects of Logic 10 to 12; some of Logic 12 name no tempo at all.
"""

from __future__ import annotations

from pathlib import Path

from daw_bridge.core.errors import SessionFileInvalid
from daw_bridge.core.grid import Grid
from daw_bridge.core.meters import TimeSignature
from daw_bridge.session.readers.info import SessionInfo
from daw_bridge.session.readers.plist import property_list
from daw_bridge.session.readers.source import guarded, invalid


class Logic:
    """Reads `Alternatives/nnn/MetaData.plist` of the alternative that was last open."""

    daw = "Logic Pro"
    patterns = ("*.logicx",)

    @guarded
    def read(self, file: Path) -> SessionInfo:
        """See `Reader`. `file` is the project's folder."""
        if not file.is_dir():
            raise invalid(file, "It is no folder, as Logic's projects are.")
        saved_by, metadata_of_active = _project_information(file)
        metadata = property_list(metadata_of_active)
        tempo_bpm = metadata.get("BeatsPerMinute")
        if tempo_bpm is None:
            raise invalid(file, "Logic wrote no tempo into its MetaData.plist.")
        signature = TimeSignature(
            int(metadata.get("SongSignatureNumerator", 4)), int(metadata.get("SongSignatureDenominator", 4))
        )
        rate_hz = int(metadata.get("SampleRate", 0))
        return SessionInfo(
            file,
            saved_by or self.daw,
            Grid.constant(float(tempo_bpm), signature),
            rate_hz=rate_hz if rate_hz > 0 else None,
            notes=(
                "only the first tempo and meter are known; if they change, export the tempo map as a MIDI "
                "file and name it: `tempo: {file: map.mid}`",
            ),
        )


def metadata_file(project: Path) -> Path:
    """The property list that Logic writes anew whenever it saves: the project's own time of change."""
    try:
        return _project_information(project)[1]
    except (SessionFileInvalid, ValueError):
        return _alternative(project, 0)


def _project_information(project: Path) -> tuple[str, Path]:
    """Which Logic saved the project (`Logic Pro 11.1`), and the metadata of its active alternative."""
    file = project / "Resources" / "ProjectInformation.plist"
    information = property_list(file) if file.is_file() else {}
    saved_from = str(information.get("LastSavedFrom", ""))[:100]
    return saved_from.partition(" (")[0], _alternative(project, int(information.get("ActiveVariant", 0)))


def _alternative(project: Path, number: int) -> Path:
    return project / "Alternatives" / f"{number:03d}" / "MetaData.plist"
