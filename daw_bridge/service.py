"""What every door calls: convert one bounce, or serve a session until it is closed."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.errors import BounceAbandoned, BounceMissing, BridgeError, InternalError
from daw_bridge.core.files import remove_leftovers
from daw_bridge.core.notes import Note, Part
from daw_bridge.core.timing import TempoMap
from daw_bridge.deliver.audio import write_wav
from daw_bridge.deliver.placing import deliver_file
from daw_bridge.deliver.take import DeliveredTake
from daw_bridge.events import Event, Failed, Skipped, TakeDelivered, Taken, Tell
from daw_bridge.host import Host, Rendering
from daw_bridge.host.catalog import CATALOG_NAME, CatalogFile
from daw_bridge.host.quarantine import QUARANTINE_NAME, Quarantine
from daw_bridge.intake import listen
from daw_bridge.journal import Journal, State
from daw_bridge.pipeline import Instruments, Job, Steps, run
from daw_bridge.presets import PresetFolder, PresetLibrary, StoredPreset, factory_folder, phrases
from daw_bridge.session.choice import choose, split_tags
from daw_bridge.session.lock import SessionLock
from daw_bridge.settings import (
    SETTINGS_NAME,
    FixedTempo,
    Session,
    SessionSettings,
    UserSettings,
    load_session,
    load_user_settings,
    user_folder,
    user_state_folder,
)
from daw_bridge.transcribe import engine, estimate_tempo
from daw_bridge.watch import FolderWatch

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
"""How often a bounce may end the bridge itself before it is left alone."""


class Bridge:
    """The instruments, engines and presets of this machine; one for all sessions. A context manager."""

    def __init__(
        self,
        user: UserSettings | None = None,
        *,
        instruments: Instruments | None = None,
        state: Path | None = None,
    ) -> None:
        """Read the user's settings and state folder where they are not given. Raises SettingsInvalid."""
        self.user = user or load_user_settings()
        self._owned = ExitStack()
        self._instruments = instruments
        self._state = state or user_state_folder()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._owned.close()

    @property
    def instruments(self) -> Instruments:
        """Whoever plays parts; the host is made when it is first needed."""
        if self._instruments is None:
            self._instruments = self._owned.enter_context(
                Host(
                    max_workers=self.user.workers,
                    time_limit_s=self.user.render_limit,
                    idle_limit_s=self.user.idle_limit,
                    memory_limit_mb=self.user.memory_limit,
                    crashes=Quarantine(self._state / QUARANTINE_NAME),
                    known=CatalogFile(self._state / CATALOG_NAME),
                    plugin_folders=[Path(folder).expanduser() for folder in self.user.plugin_folders],
                    faust_folders=[
                        user_folder() / "instruments",
                        *(Path(folder).expanduser() for folder in self.user.instrument_folders),
                    ],
                )
            )
        return self._instruments

    @cached_property
    def _journal(self) -> Journal:
        """What was heard and delivered with no session: so that a stem that is converted again is not
        transcribed again, and replaces what it delivered before."""
        journal = Journal(self._state / "journal.sqlite3", self._state, shared=True)
        self._owned.callback(journal.close)
        return journal

    def library(self, session: Session | None = None) -> PresetLibrary:
        """The presets that can be named: the session's, the user's, the factory's."""
        return PresetLibrary(
            [
                *([PresetFolder("session", session.presets)] if session else []),
                PresetFolder("user", user_folder() / "presets"),
                *(PresetFolder("user", Path(f).expanduser()) for f in self.user.preset_folders),
                factory_folder(),
            ]
        )

    def convert(
        self,
        bounce: Path,
        *,
        deliver_to: Path,
        presets: Sequence[str] = (),
        profile: str = "auto",
        tempo: FixedTempo | Literal["audio"] = "audio",
        engine_name: str = SessionSettings().engine,
        tell: Tell = lambda event: None,
    ) -> DeliveredTake:
        """Take one bounce all the way, with no session. Raises BridgeError.

        A rendering that fails is told and noted in the take, the rest is delivered.
        """
        bounce = bounce.expanduser().absolute()
        library = self.library()
        name, tagged, warnings = split_tags(bounce.stem, library.has)
        job = Job(
            bounce=bounce,
            take=name,
            deliver_to=deliver_to.expanduser().absolute(),
            presets=tuple(library.find(p) for p in presets or tagged or SessionSettings().preset),
            profile=profile,
            tempo=tempo,
            tempo_named_by="--tempo",
            warnings=warnings,
        )
        tell(Taken(bounce))
        delivered = run(job, self.steps(engine_name), self._journal, tell)
        tell(TakeDelivered(bounce, delivered))
        return delivered

    def check(self, preset: StoredPreset) -> None:
        """Load a preset into its instrument and play a note. Raises PluginError."""
        middle = Part((Note(0.0, 60, 0.2),), duration_s=0.2)
        self.instruments.render(middle, preset, rate_hz=44_100)

    def play_phrase(self, preset: StoredPreset, *, rate_hz: int = 44_100) -> Rendering:
        """A few bars that fit the preset, played on it. Raises PluginError."""
        tempo_map = TempoMap.constant(phrases.TEMPO_BPM)
        phrase = phrases.phrase_for(preset.preset)
        return self.instruments.render(phrase, preset, rate_hz=rate_hz, tempo_map=tempo_map)

    def deliver_sound(self, clip: AudioClip, folder: Path, name: str) -> Path:
        """Write a WAV, numbered rather than over a file that is not ours. Raises DeliveryFailed."""
        return deliver_file(folder, name, ".wav", partial(write_wav, clip), self._journal).path

    def steps(self, engine_name: str) -> Steps:
        """The real steps."""
        return Steps(listen, engine(engine_name), _guess_tempo, self.instruments)


def _guess_tempo(clip: AudioClip, part: Part) -> tuple[float, float] | None:
    guess = estimate_tempo(clip, part)
    return (guess.tempo_bpm, guess.confidence) if guess else None


class OpenSession:
    """A session that is being served: its bounces are worked on one after the other. A context manager."""

    def __init__(self, bridge: Bridge, session: Session, tell: Tell, *, poll: bool | None = None) -> None:
        self.session = session
        self._poll = session.settings.poll if poll is None else poll
        self._bridge = bridge
        self._tell = tell
        self._queue: queue.Queue[Path | None] = queue.Queue()
        self._closing = threading.Event()
        self._open = ExitStack()
        self._worker = threading.Thread(target=self._work, name=f"session {session.folder.name}")

    def __enter__(self) -> OpenSession:
        """Lock the session, clean up after a killed bridge, and begin. Raises SessionBusy."""
        with ExitStack() as opening:
            opening.enter_context(SessionLock(self.session.state))
            self._journal = Journal(self.session.state / "journal.sqlite3", self.session.folder)
            opening.callback(self._journal.close)
            for leftover in remove_leftovers(self.session.delivered):
                log.info("removed a half-written file: %s", leftover)
            self._worker.start()
            opening.callback(self._end_work)
            opening.enter_context(
                FolderWatch(
                    self.session.watched,
                    self.submit,
                    settle_s=self.session.settings.settle,
                    poll=self._poll,
                    ignore=[self.session.delivered, self.session.state],
                )
            )
            self._open = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def submit(self, bounce: Path) -> None:
        """Queue a settled bounce, unless this version of it has been dealt with."""
        self._guarded(bounce, partial(self._submit, bounce))

    def _submit(self, bounce: Path) -> None:
        try:
            is_new = self._journal.submit(bounce)
        except FileNotFoundError:
            return  # gone again between the watcher and here: nothing to do
        if is_new:
            self._queue.put(bounce)
        else:
            self._tell(Skipped(bounce))

    def _end_work(self) -> None:
        self._closing.set()
        self._queue.put(None)
        self._worker.join()

    def _work(self) -> None:
        while (bounce := self._queue.get()) is not None and not self._closing.is_set():
            self._guarded(bounce, partial(self._take, bounce))

    def _take(self, bounce: Path) -> None:
        if self._journal.start(bounce) > MAX_ATTEMPTS:
            raise BounceAbandoned(
                f"The bridge was ended {MAX_ATTEMPTS} times while it worked on this file.",
                where=bounce,
                advice="Bounce it again to have it tried again.",
            )
        self._tell(Taken(bounce))
        failures: list[BridgeError] = []

        def tell(event: Event) -> None:
            if self._closing.is_set():
                raise _Closing
            if isinstance(event, Failed):
                failures.append(event.error)
            self._tell(event)

        delivered = run(
            self._job(bounce), self._bridge.steps(self.session.settings.engine), self._journal, tell
        )
        state = State.INCOMPLETE if failures else State.DELIVERED
        self._journal.finish(bounce, state, error=str(failures[0]) if failures else None)
        self._tell(TakeDelivered(bounce, delivered))

    def _job(self, bounce: Path) -> Job:
        # Read anew for each bounce, so that an edit of bridge.yaml holds from the next one on.
        session = load_session(self.session.folder)
        library = self._bridge.library(session)
        choice = choose(session, bounce, library.has)
        return Job(
            bounce=bounce,
            take=choice.take,
            deliver_to=session.delivered,
            presets=tuple(library.find(name) for name in choice.presets),
            profile=choice.profile,
            tempo=session.settings.tempo,
            tempo_named_by=SETTINGS_NAME,
            warnings=choice.warnings,
        )

    def _guarded(self, bounce: Path, work: Callable[[], None]) -> None:
        """Whatever goes wrong with one bounce is told and noted; the daemon goes on."""
        try:
            work()
        except _Closing:
            log.info("closing: %s is taken up at the next start", bounce)
        except BounceMissing as error:
            self._note(bounce, error, forget=True)
        except BridgeError as error:
            self._note(bounce, error)
        except Exception as cause:
            log.exception("an unforeseen error with %s", bounce)
            self._note(bounce, InternalError.of(cause, where=bounce))

    def _note(self, bounce: Path, error: BridgeError, *, forget: bool = False) -> None:
        try:
            if forget:
                self._journal.forget(bounce)
            else:
                self._journal.finish(bounce, State.FAILED, error_code=error.code, error=str(error))
        except BridgeError as journal_error:
            self._tell(Failed(bounce, journal_error))
        self._tell(Failed(bounce, error))


class _Closing(Exception):
    """The session is being closed; the bounce in work is taken up at the next start."""
