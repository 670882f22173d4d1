"""Serving a session until it is closed: watch its folders, and answer what comes one after the other."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType

from daw_bridge.core.audio import AUDIO_SUFFIXES
from daw_bridge.core.errors import (
    BounceAbandoned,
    BounceMissing,
    BridgeError,
    EngineMissing,
    EngineUnknown,
    InternalError,
)
from daw_bridge.core.files import remove_leftovers, sha256_of
from daw_bridge.deliver.take_file import TAKE_SUFFIX
from daw_bridge.flow.events import Event, Failed, Skipped, Tell
from daw_bridge.intake.midi import MIDI_SUFFIXES
from daw_bridge.journal import Journal, State
from daw_bridge.service.answering import Answer, Answers
from daw_bridge.service.bridge import Bridge
from daw_bridge.session.lock import SessionLock
from daw_bridge.session.reading import SessionReading
from daw_bridge.settings import SETTINGS_NAME, ListenedTempo, Session
from daw_bridge.watch import FolderWatch, is_preset_name, is_take_name

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
"""How often a bounce may end the bridge itself before it is left alone."""

EDIT_SETTLE_S = 0.2
"""How long a take file or a preset must be still: editors write such files in one go."""

_Work = tuple[Path, Callable[[], object]]


class OpenSession:
    """A session that is being served. A context manager."""

    def __init__(self, bridge: Bridge, session: Session, tell: Tell, *, poll: bool | None = None) -> None:
        self.session = session
        self._poll = session.settings.poll if poll is None else poll
        self._bridge = bridge
        self._tell = tell
        self._queue: queue.Queue[_Work | None] = queue.Queue()
        self.closing = threading.Event()
        """Set when it is being closed: what is in work ends at its next event."""
        self._open = ExitStack()
        self._presets: dict[Path, str] = {}
        self.reading = SessionReading(session.folder, leave_out=(session.watched, session.delivered))
        self._worker = threading.Thread(target=self._work, name=f"session {session.folder.name}")

    def __enter__(self) -> OpenSession:
        """Lock the session, clean up after a killed bridge, and begin.

        Raises SessionBusy, LiveError, and EngineUnknown or EngineMissing before the first bounce would.
        """
        session = self.session
        self._find_engine()
        with ExitStack() as opening:
            opening.enter_context(SessionLock(session.state))
            if isinstance(session.settings.tempo, ListenedTempo):
                self._bridge.listeners.open(session.settings.tempo)
            self._journal = Journal(session.state / "journal.sqlite3", session.folder)
            opening.callback(self._journal.close)
            self._answers = Answers(self._bridge, session.folder, self.reading, self._journal)
            for leftover in remove_leftovers(session.delivered):
                log.info("removed a half-written file: %s", leftover)
            self._queue.put((session.delivered, self._catch_up))
            self._worker.start()
            opening.callback(self._end_work)
            ours = [session.delivered, session.state]
            watches = [
                FolderWatch(
                    session.watched,
                    self.submit,
                    settle_s=session.settings.settle,
                    poll=self._poll,
                    ignore=ours,
                ),
                *self._preset_watches(),
            ]
            session.delivered.mkdir(parents=True, exist_ok=True)
            watches.append(
                FolderWatch(
                    session.delivered,
                    self._submit_take,
                    settle_s=EDIT_SETTLE_S,
                    poll=self._poll,
                    is_wanted=is_take_name,
                )
            )
            for watch in watches:
                opening.enter_context(watch)
            self._open = opening.pop_all()
        return self

    def _find_engine(self) -> None:
        try:
            self._bridge.steps(self.session.settings.engine)
        except (EngineUnknown, EngineMissing) as error:
            file = self.session.folder / SETTINGS_NAME
            raise type(error)(error.what, where=error.where or file, advice=error.advice) from error

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
            work = self._take_notes if bounce.suffix.lower() in MIDI_SUFFIXES else self._take
            self._queue.put((bounce, partial(work, bounce)))
        else:
            self._tell(Skipped(bounce))

    def _submit_take(self, file: Path) -> None:
        """A file beside the takes is there: ours, or changed by the user."""
        if self._answers.is_new_take(file):
            is_take = file.name.endswith(TAKE_SUFFIX)
            answer = self._answers.answer_take if is_take else self._answers.answer_midi
            self._queue.put((file, partial(self._answer_edit, answer, file)))

    def _submit_preset(self, file: Path) -> None:
        """A preset is there: as it was at the start, or saved since then."""
        sha256 = sha256_of(file)
        if self._presets.get(file) != sha256:
            self._presets[file] = sha256
            self._queue.put((file, partial(self._answer, self._answers.answer_preset, file)))

    def _preset_watches(self) -> list[FolderWatch]:
        """A watch on each folder of presets; what lies there now is known."""
        folders = [folder.path for folder in self._bridge.library(self.session).folders]
        for folder in folders[:2]:  # the session's and the user's own: where presets will be saved
            folder.mkdir(parents=True, exist_ok=True)
        present = [folder for folder in folders if folder.is_dir()]
        self._presets = {
            file: sha256_of(file)
            for folder in present
            for file in folder.rglob("*.yaml")
            if is_preset_name(file.name)
        }
        return [
            FolderWatch(
                folder,
                self._submit_preset,
                settle_s=EDIT_SETTLE_S,
                poll=self._poll,
                is_wanted=is_preset_name,
            )
            for folder in present
        ]

    def _end_work(self) -> None:
        self.closing.set()
        self._queue.put(None)
        self._worker.join()

    def _work(self) -> None:
        while (work := self._queue.get()) is not None and not self.closing.is_set():
            self._guarded(*work)

    def _take_notes(self, midi: Path) -> None:
        """A MIDI file. Where audio of its name has come with it, that goes first: they are its notes."""
        beside = [file for suffix in AUDIO_SUFFIXES if (file := midi.with_suffix(suffix)).is_file()]
        known = [self._journal.bounce(file) for file in beside]
        if any(record is None or record.state in (State.WAITING, State.WORKING) for record in known):
            work: _Work = (midi, partial(self._take, midi))
            wait_s = 2 * self.session.settings.settle
            timer = threading.Timer(wait_s, self._queue.put, [work])  # by then the audio is queued before it
            timer.daemon = True
            timer.start()
        else:
            self._take(midi)

    def _take(self, bounce: Path) -> None:
        if self._journal.start(bounce) > MAX_ATTEMPTS:
            raise BounceAbandoned(
                f"The bridge was ended {MAX_ATTEMPTS} times while it worked on this file.",
                where=bounce,
                advice="Bounce it again to have it tried again.",
            )
        failures = self._answer(self._answers.answer_bounce, bounce)
        state = State.INCOMPLETE if failures else State.DELIVERED
        self._journal.finish(bounce, state, error=str(failures[0]) if failures else None)

    def _catch_up(self) -> None:
        self._answer(lambda _, tell: self._answers.catch_up(tell), self.session.delivered)

    def _answer_edit(self, answer: Answer, file: Path) -> None:
        if self._answers.is_new_take(file):  # two notices of one change are one
            self._answer(answer, file)

    def _answer(self, answer: Answer, file: Path) -> list[BridgeError]:
        """Returns what failed of it."""
        failures: list[BridgeError] = []

        def tell(event: Event) -> None:
            if self.closing.is_set():
                raise _Closing
            if isinstance(event, Failed):
                failures.append(event.error)
            self._tell(event)

        answer(file, tell)
        return failures

    def _guarded(self, file: Path, work: Callable[[], object]) -> None:
        """Whatever goes wrong with one file is told and noted; the daemon goes on."""
        try:
            work()
        except _Closing:
            log.info("closing: %s is taken up at the next start", file)
        except BounceMissing as error:
            self._note(file, error, forget=True)
        except BridgeError as error:
            self._note(file, error)
        except Exception as cause:
            log.exception("an unforeseen error with %s", file)
            self._note(file, InternalError.of(cause, where=file))

    def _note(self, file: Path, error: BridgeError, *, forget: bool = False) -> None:
        try:
            if forget:
                self._journal.forget(file)
            else:
                self._journal.finish(file, State.FAILED, error_code=error.code, error=str(error))
        except BridgeError as journal_error:
            self._tell(Failed(file, journal_error))
        self._tell(Failed(file, error))


class _Closing(Exception):
    """The session is being closed; the bounce in work is taken up at the next start."""
