"""What every door calls: this machine's presets and instruments, and one bounce taken all the way."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType
from typing import Self, Unpack

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.errors import PluginError
from daw_bridge.core.notes import Note, Part
from daw_bridge.core.timing import TempoMap
from daw_bridge.core.wav import write_wav
from daw_bridge.deliver.placing import deliver_file
from daw_bridge.deliver.take import DeliveredTake
from daw_bridge.deliver.take_file import FoundTake
from daw_bridge.flow.events import TakeDelivered, Taken, Tell
from daw_bridge.flow.mixes import run_mix
from daw_bridge.flow.pipeline import Instruments, Memory, Steps, run
from daw_bridge.flow.real_steps import real_steps
from daw_bridge.flow.remaking import remake, run_midi
from daw_bridge.host import Host, Rendering
from daw_bridge.host.catalog import CATALOG_NAME, CatalogFile
from daw_bridge.host.process import WorkerProcess
from daw_bridge.host.quarantine import QUARANTINE_NAME, Quarantine
from daw_bridge.intake.midi import MIDI_SUFFIXES
from daw_bridge.journal import Journal
from daw_bridge.live.listening import Listeners
from daw_bridge.presets import PresetFolder, PresetLibrary, StoredPreset, factory_folder, phrases
from daw_bridge.separate import Separator, separate
from daw_bridge.service.conversion import Wanted, engine_of, job_of
from daw_bridge.session.grid import LiveTempo, WantedTempo
from daw_bridge.settings import (
    ListenedTempo,
    Session,
    SessionSettings,
    UserSettings,
    load_user_settings,
    user_folder,
    user_state_folder,
)
from daw_bridge.transcribe import engine_names


class Bridge:
    """The instruments, engines and presets of this machine; one for all sessions. A context manager."""

    def __init__(
        self,
        user: UserSettings | None = None,
        *,
        instruments: Instruments | None = None,
        state: Path | None = None,
        ahead: WorkerProcess | None = None,
    ) -> None:
        """Read the user's settings and state folder where they are not given; `ahead` is a worker that was
        started before. Raises SettingsInvalid."""
        self.user = user or load_user_settings()
        self._owned = ExitStack()
        self._instruments = instruments
        self._ahead = ahead
        self._making = threading.Lock()
        self._state = state or user_state_folder()
        self.listeners = Listeners()
        """Who hears Ableton Link and MIDI clock, once somebody wants to know."""
        self._owned.callback(self.listeners.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._owned.close()

    @property
    def instruments(self) -> Instruments:
        """Whoever plays parts; the host is made when it is first needed, by whichever thread that is."""
        with self._making:
            if self._instruments is None:
                self._instruments = self._owned.enter_context(self._host())
            return self._instruments

    def _host(self) -> Host:
        return Host(
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
            ahead=self._ahead,
        )

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
            ],
            session=session.folder if session else None,
        )

    def convert(
        self,
        bounce: Path,
        *,
        deliver_to: Path,
        tell: Tell = lambda event: None,
        **wanted: Unpack[Wanted],
    ) -> DeliveredTake:
        """Take one bounce, or a MIDI file, all the way, once. Raises BridgeError.

        A rendering that fails is told and noted in the take, the rest is delivered.
        """
        job = job_of(bounce, deliver_to, wanted, self.library(), self.live_tempo)
        tell(Taken(job.bounce))
        take = run_midi if job.bounce.suffix.lower() in MIDI_SUFFIXES else run
        delivered = take(job, self.steps(engine_of(wanted)), self._journal, tell)
        tell(TakeDelivered(job.bounce, delivered))
        return delivered

    def convert_mix(
        self,
        mix: Path,
        *,
        deliver_to: Path,
        tell: Tell = lambda event: None,
        **wanted: Unpack[Wanted],
    ) -> list[DeliveredTake]:
        """Separate a mix into stems, and take each of them all the way. Raises BridgeError."""
        job = job_of(mix, deliver_to, wanted, self.library(), self.live_tempo)
        tell(Taken(job.bounce))
        return run_mix(job, self.steps(engine_of(wanted)), self.separator, self._journal, tell)

    def revoice(
        self,
        found: FoundTake,
        *,
        library: PresetLibrary | None = None,
        memory: Memory | None = None,
        anew: frozenset[str] = frozenset(),
        tell: Tell = lambda event: None,
    ) -> DeliveredTake:
        """Make a take again as `found` has it; nothing is transcribed where its part is remembered.

        `memory` is its session's journal, `library` its session's presets; without, those of takes that
        were converted with no session. `anew` are presets that play though nothing has changed. Raises
        BridgeError.
        """
        tell(Taken(found.file))
        delivered = remake(
            found,
            self.steps(self._engine_of(found)),
            memory or self._journal,
            tell,
            find_preset=(library or self.library()).find,
            anew=anew,
        )
        tell(TakeDelivered(found.file, delivered))
        return delivered

    @staticmethod
    def _engine_of(found: FoundTake) -> str:
        """Who would hear the part again, were it forgotten."""
        name = found.take.transcription.engine
        return name if name in engine_names() else SessionSettings().engine

    def live_tempo(self, wanted: WantedTempo, bounced_s: float | None = None) -> LiveTempo | None:
        """What Link or a clock said at that time (seconds since the epoch), or says now; None when neither is
        wanted, or nobody was heard. Raises LiveError."""
        if not isinstance(wanted, ListenedTempo):
            return None
        heard = self.listeners.tempo_at(wanted, bounced_s)
        if heard is None:
            return None
        if heard.age_s < 0:
            after = f"heard {_duration(-heard.age_s)} after the bounce was made"
            return LiveTempo(heard.tempo_bpm, f"{heard.said_by}, {after}", is_guess=True)
        before = f", last heard {_duration(heard.age_s)} before the bounce" if heard.age_s else ""
        return LiveTempo(heard.tempo_bpm, heard.said_by + before)

    def check(self, preset: StoredPreset) -> tuple[str, ...]:
        """Load a preset into its instrument and play a note; returns warnings.

        Raises PluginError that names the preset's file.
        """
        middle = Part((Note(0.0, 60, 0.2),), duration_s=0.2)
        try:
            return self.instruments.render(middle, preset, rate_hz=44_100).warnings
        except PluginError as error:
            if error.where == preset.path:
                raise
            what = f"{error.where}: {error.what}" if error.where else error.what
            raise type(error)(what, where=preset.path, advice=error.advice) from error

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
        return real_steps(engine_name, self.instruments)

    @property
    def separator(self) -> Separator:
        """What separates mixes, within the user's time limit."""
        return partial(separate, time_limit_s=self.user.separation_limit)


def _duration(time_s: float) -> str:
    """`40 s`, `12 min`, `3 h`."""
    for length_s, unit in ((3600, "h"), (60, "min")):
        if time_s >= 2 * length_s:
            return f"{time_s / length_s:.0f} {unit}"
    return f"{max(time_s, 1):.0f} s"
