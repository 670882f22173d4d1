"""What a session answers: to a bounce, to a take file that was changed, to MIDI that comes back, to a preset
that was saved."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable
from pathlib import Path

from daw_bridge.core.errors import BridgeError, LiveError, TakeInvalid
from daw_bridge.core.files import sha256_of
from daw_bridge.core.meters import Position
from daw_bridge.deliver.finding import takes_below
from daw_bridge.deliver.take_file import TAKE_SUFFIX, FoundTake, find_take, readable, take_files
from daw_bridge.edit.variants import PLAYED, VARIANTS
from daw_bridge.flow.events import Failed, TakeDelivered, Taken, Tell
from daw_bridge.flow.job import Job
from daw_bridge.flow.mixes import run_mix
from daw_bridge.flow.pipeline import run
from daw_bridge.flow.remaking import run_midi, take_back
from daw_bridge.intake.midi import MIDI_SUFFIXES
from daw_bridge.journal import Journal
from daw_bridge.presets import PresetLibrary, fingerprint
from daw_bridge.service.bridge import Bridge
from daw_bridge.service.refusals import remember_refusal
from daw_bridge.session.choice import Choice, choose
from daw_bridge.session.grid import LiveTempo, WantedTempo
from daw_bridge.session.place import NamedPlace
from daw_bridge.session.reading import SessionReading
from daw_bridge.settings import SETTINGS_NAME, Session, load_session

log = logging.getLogger(__name__)


class Answers:
    """One session's, made one after the other. Each raises BridgeError."""

    def __init__(self, bridge: Bridge, folder: Path, reading: SessionReading, journal: Journal) -> None:
        self._bridge = bridge
        self._folder = folder
        self._reading = reading
        self._journal = journal

    def answer_bounce(self, bounce: Path, tell: Tell) -> None:
        """The bounce's take; or its stems' takes; or, for MIDI, the take that its notes belong to."""
        session = load_session(self._folder)  # anew, so that an edit of bridge.yaml holds from now on
        library = self._bridge.library(session)
        choice = choose(session, bounce, library.has)
        tell(Taken(bounce))
        job = self._job(session, bounce, choice)
        steps = self._bridge.steps(session.settings.engine)
        if bounce.suffix.lower() in MIDI_SUFFIXES:
            found = _take_of_name(session.delivered / choice.take, bounce)
            if found is not None:
                delivered = take_back(found, bounce, steps, self._journal, tell, find_preset=library.find)
            else:
                delivered = run_midi(job, steps, self._journal, tell)
        elif choice.separate:
            run_mix(job, steps, self._bridge.separator, self._journal, tell)
            return
        else:
            delivered = run(job, steps, self._journal, tell)
        tell(TakeDelivered(bounce, delivered))

    def answer_take(self, file: Path, tell: Tell) -> None:
        """The take, made again as its file now says."""
        session, sha256 = load_session(self._folder), sha256_of(file)
        try:
            found = find_take(file)
            library = self._bridge.library(session)
            self._bridge.revoice(found, library=library, memory=self._journal, tell=tell)
        except BridgeError as error:
            remember_refusal(session.state, file, sha256, error)  # for a command that wrote it, and waits
            raise

    def answer_midi(self, midi: Path, tell: Tell) -> None:
        """The take beside it, of these notes from now on. Raises TakeInvalid for a voice of a split part."""
        found, variant = _take_beside(midi)
        if found is None:
            return
        tell(Taken(midi))
        if variant not in VARIANTS:
            self._journal.dealt_with(midi, sha256_of(midi))
            raise TakeInvalid(
                f"It holds one part of a take that was split ({variant}), so it was not taken back.",
                where=midi,
                advice=f"Mend {found.take.midi[0].file} instead, or drop this file into the watched folder.",
            )
        session = load_session(self._folder)
        delivered = take_back(
            found,
            midi,
            self._bridge.steps(session.settings.engine),
            self._journal,
            tell,
            find_preset=self._bridge.library(session).find,
        )
        tell(TakeDelivered(midi, delivered))

    def answer_preset(self, file: Path, tell: Tell) -> None:
        """Every take that uses the preset, on the sound that it has now."""
        self._revoice_all(lambda found, library: file.stem in found.take.recipe.presets, tell)

    def catch_up(self, tell: Tell) -> None:
        """Takes whose presets were changed while nobody watched, on the sounds that they have now."""
        self._revoice_all(_is_outdated, tell)

    def is_new_take(self, file: Path) -> bool:
        """Whether a file beside takes asks for something: a take file that was changed or never finished, or
        a take's notes that were changed."""
        try:
            sha256 = sha256_of(file)
        except OSError:
            return False  # gone again
        latest = self._journal.latest(file)
        if file.name.endswith(TAKE_SUFFIX):
            if sha256 == latest or (latest is None and self._journal.has_written(file, sha256)):
                return not _is_complete(file)
            return True
        if sha256 == latest or (latest is None and self._journal.has_written(file, sha256)):
            return False
        found, _ = _take_beside(file)
        if found is None:
            return False
        take = found.take
        is_known = any(midi.file == file.name and midi.sha256 == sha256 for midi in take.midi)
        came_back = take.taken_back is not None and take.taken_back.sha256 == sha256
        return latest is not None or not (is_known or came_back)

    def _revoice_all(self, is_meant: Callable[[FoundTake, PresetLibrary], bool], tell: Tell) -> None:
        """One take that fails is told, and keeps no other from its sound."""
        session = load_session(self._folder)
        library = self._bridge.library(session)
        for found in readable(list(takes_below(session.delivered))):
            try:
                if is_meant(found, library):
                    self._bridge.revoice(found, library=library, memory=self._journal, tell=tell)
            except BridgeError as error:
                tell(Failed(found.file, error))

    def _job(self, session: Session, bounce: Path, choice: Choice) -> Job:
        """What is wanted of a bounce."""
        library = self._bridge.library(session)
        read = self._reading.read()  # anew where the DAW has saved it since
        settings = session.settings
        live, unheard = self._live_tempo(settings.tempo, bounce)
        return Job(
            bounce=bounce,
            take=choice.take,
            deliver_to=session.delivered,
            presets=tuple(library.find(name) for name in choice.presets),
            drums=tuple(library.find(name) for name in choice.drums),
            profile=choice.profile,
            tempo=settings.tempo,
            tempo_named_by=SETTINGS_NAME,
            warnings=(*choice.warnings, *read.warnings, *unheard),
            exports=settings.export,
            variants=settings.variants,
            find_preset=library.find,
            bends=settings.bends,
            session=read.info,
            live=live,
            session_start_s=settings.session_start,
            at=NamedPlace(Position.parse(choice.at), SETTINGS_NAME) if choice.at else None,
            folder=session.folder,
        )

    def _live_tempo(self, wanted: WantedTempo, bounce: Path) -> tuple[LiveTempo | None, tuple[str, ...]]:
        """What was heard when the bounce was written, and a warning when nothing can be heard."""
        try:
            return self._bridge.live_tempo(wanted, _written_s(bounce)), ()
        except LiveError as error:  # of a source that bridge.yaml names since the start: the notes still come
            return None, (str(error),)


Answer = Callable[[Path, Tell], None]


def _written_s(bounce: Path) -> float:
    """When it was written, in seconds since the epoch; now, when it is gone, which the next step says."""
    try:
        return bounce.stat().st_mtime
    except OSError:
        return time.time()


def _take_beside(midi: Path) -> tuple[FoundTake | None, str]:
    """The take whose notes a MIDI file in its folder holds, by its name, and which variant or voice."""
    for found in readable(list(take_files(midi.parent))):
        for listed in found.take.midi:
            if listed.file == midi.name:
                return found, listed.variant
        if midi.name == f"{midi.parent.name}{midi.suffix}":
            return found, PLAYED
    return None, PLAYED


def _is_complete(take_file: Path) -> bool:
    """Not where a bridge was ended while it made the take."""
    return b"\nis_complete: false" not in take_file.read_bytes()


def _is_outdated(found: FoundTake, library: PresetLibrary) -> bool:
    """Whether a preset of the take sounds otherwise now. One that can't be found or read is left alone."""
    for rendering in found.take.renderings:
        if rendering.preset is None:
            continue
        with contextlib.suppress(BridgeError):
            preset = library.find(rendering.preset)
            if rendering.preset_sha256 not in (None, fingerprint(preset)):
                return True
    return False


def _take_of_name(folder: Path, midi: Path) -> FoundTake | None:
    """The take of a bounce that a MIDI file in the watched folder is called by."""
    for found in readable(list(take_files(folder))):
        if found.bounce != midi.resolve():
            return found
    return None
