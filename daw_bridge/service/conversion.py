"""One shot, with no session of ours: what is wanted of a file -> a job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import TypedDict

from daw_bridge.core.formats import ExportFormat
from daw_bridge.core.meters import Position
from daw_bridge.edit import Edit
from daw_bridge.edit.variants import VariantName
from daw_bridge.flow.job import Job
from daw_bridge.live.listening import nobody
from daw_bridge.presets import PresetLibrary
from daw_bridge.session.choice import split_tags
from daw_bridge.session.grid import LiveTempo, WantedTempo
from daw_bridge.session.place import NamedPlace
from daw_bridge.session.reading import NOTHING_READ, Read, SessionReading
from daw_bridge.settings import SETTINGS_NAME, ListenedTempo, SessionSettings, load_session


class Wanted(TypedDict, total=False):
    """What may be said of a conversion; what is not said is as in a session's settings."""

    presets: Sequence[str]
    profile: str
    tempo: WantedTempo | None
    at: Position | None
    session: Path | None
    """A DAW's project folder: its tempo and places, and those that its bridge.yaml names, are taken where
    `tempo` and `at` don't name others."""
    exports: Sequence[ExportFormat]
    bends: bool
    edits: tuple[Edit, ...] | None
    variants: tuple[VariantName, ...]
    compare: bool
    engine_name: str


def engine_of(wanted: Wanted) -> str:
    """Who transcribes."""
    return wanted.get("engine_name", SessionSettings().engine)


def job_of(
    bounce: Path,
    deliver_to: Path,
    wanted: Wanted,
    library: PresetLibrary,
    hear_tempo: Callable[[WantedTempo], LiveTempo | None],
) -> Job:
    """What is wanted of `bounce`. Raises BridgeError."""
    bounce = bounce.expanduser().absolute()
    name, tagged, warnings = split_tags(bounce.stem, library.has)
    tempo, tempo_named_by, folder = wanted.get("tempo"), "--tempo", Path()
    at = NamedPlace(named_at, "--at") if (named_at := wanted.get("at")) else None
    read, start_s, session = NOTHING_READ, None, wanted.get("session")
    if session is not None:
        read = SessionReading(session).read()
        if (session / SETTINGS_NAME).exists():
            ours = load_session(session)
            start_s = ours.settings.session_start
            if tempo is None:
                tempo, tempo_named_by, folder = ours.settings.tempo, SETTINGS_NAME, ours.folder
            rule = ours.rule_for(_below(ours.watched, bounce))
            if at is None and rule is not None and rule.at:
                at = NamedPlace(Position.parse(rule.at), SETTINGS_NAME)
        if read == NOTHING_READ and tempo in (None, "session"):
            read = Read(warnings=(f"{session}: No session file of a DAW is in there that can be read.",))
    tempo = tempo or "session"
    live = hear_tempo(tempo) if read.info is None else None
    if isinstance(tempo, ListenedTempo) and read.info is None and live is None:
        raise nobody(tempo)
    named, usual = wanted.get("presets") or tagged, SessionSettings()
    return Job(
        bounce=bounce,
        take=name,
        deliver_to=deliver_to.expanduser().absolute(),
        presets=tuple(library.find(preset) for preset in named or usual.preset),
        drums=tuple(library.find(preset) for preset in named or usual.drums),
        profile=wanted.get("profile", "auto"),
        tempo=tempo,
        tempo_named_by=tempo_named_by,
        warnings=(*warnings, *read.warnings),
        exports=tuple(wanted.get("exports", ())),
        bends=wanted.get("bends", True),
        edits=wanted.get("edits"),
        variants=wanted.get("variants", ()),
        compare=wanted.get("compare", False),
        find_preset=library.find,
        session=read.info,
        live=live,
        session_start_s=start_s,
        at=at,
        folder=folder,
    )


def _below(watched: Path, bounce: Path) -> PurePosixPath:
    """The bounce as rules name it; by its name alone where it lies elsewhere."""
    is_below = bounce.is_relative_to(watched)
    return PurePosixPath((bounce.relative_to(watched) if is_below else Path(bounce.name)).as_posix())
