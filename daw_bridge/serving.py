"""Serving a session until it is closed: watch its folder, and answer each bounce with its take."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType

from daw_bridge.core.errors import BounceAbandoned, BounceMissing, BridgeError, InternalError, LiveError
from daw_bridge.core.files import remove_leftovers
from daw_bridge.core.meters import Position
from daw_bridge.events import Event, Failed, Skipped, TakeDelivered, Taken, Tell
from daw_bridge.journal import Journal, State
from daw_bridge.mixes import run_mix
from daw_bridge.pipeline import Job, run
from daw_bridge.service import Bridge
from daw_bridge.session.choice import choose
from daw_bridge.session.grid import LiveTempo, WantedTempo
from daw_bridge.session.lock import SessionLock
from daw_bridge.session.place import NamedPlace
from daw_bridge.session.reading import SessionReading
from daw_bridge.settings import SETTINGS_NAME, ListenedTempo, Session, load_session
from daw_bridge.watch import FolderWatch

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
"""How often a bounce may end the bridge itself before it is left alone."""


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
        self.reading = SessionReading(session.folder, leave_out=(session.watched, session.delivered))
        self._worker = threading.Thread(target=self._work, name=f"session {session.folder.name}")

    def __enter__(self) -> OpenSession:
        """Lock the session, clean up after a killed bridge, and begin. Raises SessionBusy, LiveError."""
        with ExitStack() as opening:
            opening.enter_context(SessionLock(self.session.state))
            if isinstance(self.session.settings.tempo, ListenedTempo):
                self._bridge.listeners.open(self.session.settings.tempo)
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

        job, is_mix = self._job(bounce)
        steps = self._bridge.steps(self.session.settings.engine)
        if is_mix:
            run_mix(job, steps, self._bridge.separator, self._journal, tell)
            delivered = None
        else:
            delivered = run(job, steps, self._journal, tell)
        state = State.INCOMPLETE if failures else State.DELIVERED
        self._journal.finish(bounce, state, error=str(failures[0]) if failures else None)
        if delivered is not None:
            self._tell(TakeDelivered(bounce, delivered))

    def _job(self, bounce: Path) -> tuple[Job, bool]:
        """What is wanted of a bounce, and whether it is a mix to separate."""
        # Read anew for each bounce, so that an edit of bridge.yaml holds from the next one on.
        session = load_session(self.session.folder)
        library = self._bridge.library(session)
        choice = choose(session, bounce, library.has)
        read = self.reading.read()  # anew where the DAW has saved it since
        live, unheard = self._live_tempo(session.settings.tempo, bounce)
        job = Job(
            bounce=bounce,
            take=choice.take,
            deliver_to=session.delivered,
            presets=tuple(library.find(name) for name in choice.presets),
            profile=choice.profile,
            tempo=session.settings.tempo,
            tempo_named_by=SETTINGS_NAME,
            warnings=(*choice.warnings, *read.warnings, *unheard),
            exports=session.settings.export,
            bends=session.settings.bends,
            session=read.info,
            live=live,
            session_start_s=session.settings.session_start,
            at=NamedPlace(Position.parse(choice.at), SETTINGS_NAME) if choice.at else None,
            folder=session.folder,
        )
        return job, choice.separate

    def _live_tempo(self, wanted: WantedTempo, bounce: Path) -> tuple[LiveTempo | None, tuple[str, ...]]:
        """What was heard when the bounce was written, and a warning when nothing can be heard."""
        try:
            return self._bridge.live_tempo(wanted, written_s(bounce)), ()
        except LiveError as error:  # of a source that bridge.yaml names since the start: the notes still come
            return None, (str(error),)

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


def written_s(bounce: Path) -> float:
    """When it was written, in seconds since the epoch; now, when it is gone, which the next step says."""
    try:
        return bounce.stat().st_mtime
    except OSError:
        return time.time()


class _Closing(Exception):
    """The session is being closed; the bounce in work is taken up at the next start."""
