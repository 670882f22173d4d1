"""What a session answers: to a bounce, to a take file that was changed, to MIDI that comes back, to a preset
that was saved."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

from daw_bridge.core.errors import LiveError
from daw_bridge.core.files import sha256_of
from daw_bridge.core.meters import Position
from daw_bridge.deliver.finding import takes_below
from daw_bridge.deliver.take import DeliveredTake
from daw_bridge.deliver.take_file import TAKE_SUFFIX, FoundTake, find_take, readable, take_files
from daw_bridge.flow.events import TakeDelivered, Taken, Tell
from daw_bridge.flow.job import Job
from daw_bridge.flow.mixes import run_mix
from daw_bridge.flow.pipeline import run
from daw_bridge.flow.remaking import run_midi, take_back
from daw_bridge.intake.midi import MIDI_SUFFIXES
from daw_bridge.journal import Journal
from daw_bridge.service import Bridge
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
        found = find_take(file)
        library = self._bridge.library(load_session(self._folder))
        self._bridge.revoice(found, library=library, memory=self._journal, tell=tell)

    def answer_midi(self, midi: Path, tell: Tell) -> None:
        """The take beside it, of these notes from now on."""
        found = _take_beside(midi)
        if found is None:
            return
        session = load_session(self._folder)
        tell(Taken(midi))
        delivered: DeliveredTake = take_back(
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
        session = load_session(self._folder)
        library = self._bridge.library(session)
        for found in readable(list(takes_below(session.delivered))):
            if file.stem in found.take.recipe.presets:
                self._bridge.revoice(found, library=library, memory=self._journal, tell=tell)

    def is_new_take(self, file: Path) -> bool:
        """Whether a file beside takes is what the user made of it: a take file, or a take's notes."""
        try:
            sha256 = sha256_of(file)
        except OSError:
            return False  # gone again
        if self._journal.has_written(file, sha256):
            return False
        if file.name.endswith(TAKE_SUFFIX):
            return True
        found = _take_beside(file)
        return found is not None and (found.take.taken_back is None or found.take.taken_back.sha256 != sha256)

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


def _take_beside(midi: Path) -> FoundTake | None:
    """The take whose notes a MIDI file in its folder holds, by its name."""
    for found in readable(list(take_files(midi.parent))):
        if midi.name in (f"{midi.parent.name}{midi.suffix}", found.take.midi[0].file):
            return found
    return None


def _take_of_name(folder: Path, midi: Path) -> FoundTake | None:
    """The take of a bounce that a MIDI file in the watched folder is called by."""
    for found in readable(list(take_files(folder))):
        if found.bounce != midi.resolve():
            return found
    return None
