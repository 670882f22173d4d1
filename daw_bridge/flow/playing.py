"""The part on each preset: played side by side, delivered as they come; what would be the same is left."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from daw_bridge.core.errors import BridgeError
from daw_bridge.core.files import sha256_of, temporary_in
from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Part
from daw_bridge.deliver.placing import deliver_file
from daw_bridge.deliver.take import TakeRendering
from daw_bridge.edit import apply
from daw_bridge.flow.events import Failed, Progress, Tell
from daw_bridge.flow.job import Instruments, Making, Memory
from daw_bridge.host import Played
from daw_bridge.presets import StoredPreset, fingerprint

HAND_OVER_S = 0.001
"""So long we stand back, so that the request leaves at once: Python's lock changes hands every 5 ms only."""
AT_ONCE = 8
"""Presets that are asked for side by side; how many instruments play at once is the host's."""


@dataclass(frozen=True)
class _Play:
    """A preset that plays to `file`, a temporary one."""

    made_of: str
    file: Path
    played: Future[Played]


class Players:
    """Those who play a take's presets. A context manager; leaving it waits for those that play.

    They may begin as soon as the part is known, while its grid is looked for and the notes are delivered.
    Only who needs the grid waits for it: presets that play in tempo, and all where the part is edited.
    """

    def __init__(self, instruments: Instruments) -> None:
        self._instruments = instruments
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="render")
        self._plays: dict[str, _Play | TakeRendering] = {}
        """By slug; the rendering of before where it would be the same."""
        self._temporary = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._temporary.close()

    def begin(self, making: Making, heard: Part, rate_hz: int) -> None:
        """Play what needs no grid, at the bounce's rate."""
        if making.edits:
            return
        for preset in making.presets:
            if not (preset.preset.tempo_synced or preset.preset.edits):
                self._begin(making, preset, heard, rate_hz, None)

    def go_on(self, making: Making, edited: Part, rate_hz: int, placed: PlacedGrid) -> None:
        """The grid is known, and the part is edited: play the rest."""
        for preset in making.presets:
            if preset.slug not in self._plays:
                part = apply(preset.preset.edits, edited, placed)
                self._begin(making, preset, part, rate_hz, placed)

    def deliver(self, making: Making, memory: Memory, tell: Tell) -> tuple[TakeRendering, ...]:
        """One rendering a preset, in the presets' order. An instrument that fails costs its own only, and so
        does a preset that can't be found or read."""
        for _, error in making.missing:
            tell(Failed(making.subject, error))
        missing = tuple(TakeRendering(preset=n, name=n, error=str(error)) for n, error in making.missing)
        if not making.presets:
            return missing
        tell(Progress(making.subject, "render", 0.0))
        done = 0

        def deliver(preset: StoredPreset) -> TakeRendering:
            nonlocal done
            try:
                rendering = self._deliver(making, preset, memory)
            except BridgeError as error:
                tell(Failed(making.subject, error))
                return TakeRendering(preset=preset.slug, name=preset.name, error=str(error))
            done += 1
            tell(Progress(making.subject, "render", done / len(making.presets)))
            return rendering

        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="deliver") as pool:
            return (*pool.map(deliver, making.presets), *missing)

    def _begin(
        self, making: Making, preset: StoredPreset, part: Part, rate_hz: int, placed: PlacedGrid | None
    ) -> None:
        tempo = placed.from_start if placed is not None and preset.preset.tempo_synced else None
        made_of = _made_of(part, preset, rate_hz, repr(tempo))
        kept = None if preset.slug in making.anew else _same(making, preset, made_of)
        if kept is not None:
            self._plays[preset.slug] = kept
            return
        file = self._temporary.enter_context(temporary_in(making.folder, ".wav"))
        played = self._pool.submit(
            self._instruments.render_to, file, part, preset, rate_hz=rate_hz, tempo_map=tempo
        )
        self._plays[preset.slug] = _Play(made_of, file, played)
        time.sleep(HAND_OVER_S)

    def _deliver(self, making: Making, preset: StoredPreset, memory: Memory) -> TakeRendering:
        play = self._plays[preset.slug]
        if isinstance(play, TakeRendering):
            return play
        name = f"{making.folder.name} - {preset.name}"
        before = making.folder / f"{name}.wav"
        if before.is_file():
            sha256_of(before)  # now, while somebody plays: it is asked for when the new one is there
        played = play.played.result()
        audio = deliver_file(making.folder, name, ".wav", lambda path: _move(play.file, path), memory)
        return TakeRendering(
            preset=preset.slug,
            name=preset.name,
            instrument=played.instrument,
            file=audio.path.name,
            sha256=audio.sha256,
            duration_s=round(played.duration_s, 6),
            preset_sha256=fingerprint(preset),
            made_of=play.made_of,
            warnings=played.warnings,
        )


def _made_of(part: Part, preset: StoredPreset, rate_hz: int, tempo: str) -> str:
    said = json.dumps([part.sha256, fingerprint(preset), preset.name, rate_hz, tempo])
    return hashlib.sha256(said.encode()).hexdigest()


def _move(file: Path, to: Path) -> None:
    file.replace(to)


def _same(making: Making, preset: StoredPreset, made_of: str) -> TakeRendering | None:
    """The rendering of before, if it is of the same notes on the same preset and lies there unchanged."""
    for rendering in _renderings(making):
        if rendering.preset == preset.slug and rendering.made_of == made_of and rendering.file:
            file = making.folder / rendering.file
            if file.is_file() and sha256_of(file) == rendering.sha256:
                return rendering
    return None


def _renderings(making: Making) -> Iterable[TakeRendering]:
    return making.earlier.take.renderings if making.earlier is not None else ()
