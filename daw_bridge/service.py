"""What every door calls: this machine's presets and instruments, and one bounce taken all the way."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType
from typing import Self

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.errors import PluginError
from daw_bridge.core.formats import ExportFormat
from daw_bridge.core.meters import Position
from daw_bridge.core.notes import Note, Part
from daw_bridge.core.timing import TempoMap
from daw_bridge.deliver.audio import write_wav
from daw_bridge.deliver.placing import deliver_file
from daw_bridge.deliver.take import DeliveredTake
from daw_bridge.deliver.take_file import FoundTake
from daw_bridge.edit import Edit
from daw_bridge.edit.variants import VariantName
from daw_bridge.flow.events import TakeDelivered, Taken, Tell
from daw_bridge.flow.mixes import run_mix
from daw_bridge.flow.pipeline import Instruments, Job, Memory, Steps, run
from daw_bridge.flow.remaking import remake, run_midi
from daw_bridge.host import Host, Rendering
from daw_bridge.host.catalog import CATALOG_NAME, CatalogFile
from daw_bridge.host.quarantine import QUARANTINE_NAME, Quarantine
from daw_bridge.intake import listen
from daw_bridge.intake.hints import MeterHint, TempoHint, TimeReferenceHint, hints_of
from daw_bridge.intake.midi import MIDI_SUFFIXES
from daw_bridge.journal import Journal
from daw_bridge.live.listening import Listeners, nobody
from daw_bridge.presets import PresetFolder, PresetLibrary, StoredPreset, factory_folder, phrases
from daw_bridge.separate import Separator, separate
from daw_bridge.session.choice import split_tags
from daw_bridge.session.grid import FileHints, LiveTempo, TempoGuess, WantedTempo
from daw_bridge.session.place import NamedPlace
from daw_bridge.session.reading import NOTHING_READ, Read, SessionReading
from daw_bridge.settings import (
    SETTINGS_NAME,
    ListenedTempo,
    Session,
    SessionSettings,
    UserSettings,
    load_session,
    load_user_settings,
    user_folder,
    user_state_folder,
)
from daw_bridge.transcribe import (
    Attacks,
    Drums,
    engine,
    engine_names,
    estimate_key,
    find_attacks,
    guess_kind,
    pianist,
    tempo_of,
)


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
        presets: Sequence[str] = (),
        profile: str = "auto",
        tempo: WantedTempo | None = None,
        at: Position | None = None,
        session: Path | None = None,
        exports: Sequence[ExportFormat] = (),
        bends: bool = True,
        edits: tuple[Edit, ...] | None = None,
        variants: tuple[VariantName, ...] = (),
        engine_name: str = SessionSettings().engine,
        tell: Tell = lambda event: None,
    ) -> DeliveredTake:
        """Take one bounce all the way, once. Raises BridgeError.

        `session` is a DAW's project folder, whose tempo and places are taken where `tempo` and `at` don't
        name others. A rendering that fails is told and noted in the take, the rest is delivered.
        """
        job = self._job(bounce, deliver_to, presets, profile, tempo, at, session, exports, bends)
        job = replace(job, edits=edits, variants=variants)
        tell(Taken(job.bounce))
        take = run_midi if job.bounce.suffix.lower() in MIDI_SUFFIXES else run
        delivered = take(job, self.steps(engine_name), self._journal, tell)
        tell(TakeDelivered(job.bounce, delivered))
        return delivered

    def convert_mix(
        self,
        mix: Path,
        *,
        deliver_to: Path,
        presets: Sequence[str] = (),
        tempo: WantedTempo | None = None,
        at: Position | None = None,
        session: Path | None = None,
        exports: Sequence[ExportFormat] = (),
        bends: bool = True,
        edits: tuple[Edit, ...] | None = None,
        variants: tuple[VariantName, ...] = (),
        engine_name: str = SessionSettings().engine,
        tell: Tell = lambda event: None,
    ) -> list[DeliveredTake]:
        """Separate a mix into stems, and take each of them all the way. Raises BridgeError."""
        job = self._job(mix, deliver_to, presets, "auto", tempo, at, session, exports, bends)
        job = replace(job, edits=edits, variants=variants)
        tell(Taken(job.bounce))
        return run_mix(job, self.steps(engine_name), self.separator, self._journal, tell)

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

    def _job(
        self,
        bounce: Path,
        deliver_to: Path,
        presets: Sequence[str],
        profile: str,
        tempo: WantedTempo | None,
        at: Position | None,
        session: Path | None,
        exports: Sequence[ExportFormat],
        bends: bool,
    ) -> Job:
        """What is wanted of a bounce that lies in no session of ours."""
        bounce = bounce.expanduser().absolute()
        library = self.library()
        name, tagged, warnings = split_tags(bounce.stem, library.has)
        tempo = tempo or "session"
        read, start_s = NOTHING_READ, None
        if session is not None:
            read = SessionReading(session).read()
            if read == NOTHING_READ:
                read = Read(warnings=(f"{session}: No session file of a DAW is in there that can be read.",))
            if (session / SETTINGS_NAME).exists():
                start_s = load_session(session).settings.session_start
        live = self.live_tempo(tempo) if read.info is None else None
        if isinstance(tempo, ListenedTempo) and read.info is None and live is None:
            raise nobody(tempo)
        return Job(
            bounce=bounce,
            take=name,
            deliver_to=deliver_to.expanduser().absolute(),
            presets=tuple(library.find(p) for p in presets or tagged or SessionSettings().preset),
            drums=tuple(library.find(p) for p in presets or tagged or SessionSettings().drums),
            profile=profile,
            tempo=tempo,
            tempo_named_by="--tempo",
            warnings=(*warnings, *read.warnings),
            exports=tuple(exports),
            bends=bends,
            find_preset=library.find,
            session=read.info,
            live=live,
            session_start_s=start_s,
            at=NamedPlace(at, "--at") if at else None,
        )

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
        return Steps(
            listen,
            engine(engine_name),
            _guess_tempo,
            self.instruments,
            guess_kind,
            estimate_key,
            find_attacks=find_attacks,
            drums=Drums(),
            piano=pianist(engine_name),
            hints=_hints,
        )

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


def _hints(bounce: Path) -> FileHints:
    found = hints_of(bounce)  # the most trusted first
    tempo = next((hint for hint in found if isinstance(hint, TempoHint)), None)
    meter = next((hint for hint in found if isinstance(hint, MeterHint)), None)
    # A time stamp of 0 is what many programs write that keep none.
    stamp = next((hint for hint in found if isinstance(hint, TimeReferenceHint) and hint.frames > 0), None)
    return FileHints(
        tempo_bpm=tempo.tempo_bpm if tempo else None,
        tempo_source=tempo.source if tempo else "",
        time_signature=meter.time_signature if meter else None,
        clock_s=stamp.clock_s if stamp else None,
    )


def _guess_tempo(heard: Attacks, part: Part) -> TempoGuess | None:
    found = tempo_of(heard, part)
    if found is None:
        return None
    return TempoGuess(found.tempo_bpm, found.confidence, found.first_beat_s, found.beat_confidence)
