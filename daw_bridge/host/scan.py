"""Looking into every plugin file of this machine, each in a process of its own.

A file is opened once for each version of it. One that crashes or hangs is on record with what happened,
and left alone until it changes or is unblocked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from daw_bridge.core.errors import BridgeError, PluginCrashed, PluginHung
from daw_bridge.host.catalog import Catalog, Failure, ScannedFile
from daw_bridge.host.errands import Errands
from daw_bridge.host.finder import PluginFile, installed_plugins
from daw_bridge.host.quarantine import CrashRecord, PluginVersion, stamp_of
from daw_bridge.host.questions import Survey

log = logging.getLogger(__name__)

SIDE_BY_SIDE = 2
"""Plugins that are opened at once."""


@dataclass(frozen=True)
class Step:
    """One file dealt with: `done` of `total`; `catalog` is what is known by now."""

    file: ScannedFile
    done: int
    total: int
    was_opened: bool
    """False: nothing has changed since it was opened the last time, or it is set aside."""
    catalog: Catalog


def scan(
    folders: Sequence[Path],
    catalog: Catalog,
    *,
    time_limit_s: float,
    again: bool = False,
    crashes: CrashRecord | None = None,
    begun: Callable[[PluginFile, int], None] = lambda plugin, total: None,
) -> Generator[Step, None, None]:
    """Look into the plugins of `folders` and the system's own; yields each file when it is dealt with.

    `again` opens those that have not changed as well, but none that is set aside. `begun` is called, from
    any thread, when a file is about to be opened, with the number of all files. Closing the generator ends
    what is under way.
    """
    present = installed_plugins(folders)
    catalog = catalog.only(plugin.path for plugin in present)
    done = 0
    waiting: list[tuple[PluginFile, tuple[int, int]]] = []
    for plugin in present:
        stamp, known = _stamp_of(plugin), catalog.file_at(plugin.path)
        if known is not None and known.stamp == stamp and (known.is_set_aside or not again):
            done += 1
            yield Step(known, done, len(present), False, catalog)
        else:
            waiting.append((plugin, stamp))

    def look(plugin: PluginFile, stamp: tuple[int, int]) -> ScannedFile:
        begun(plugin, len(present))
        return _look_into(plugin, stamp, errands, crashes)

    executor = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="scan")
    with Errands(time_limit_s=time_limit_s) as errands:
        futures: list[Future[ScannedFile]] = [executor.submit(look, *each) for each in waiting]
        try:
            for future in as_completed(futures):
                scanned = future.result()
                catalog = catalog.with_file(scanned)
                done += 1
                yield Step(scanned, done, len(present), True, catalog)
        finally:
            executor.shutdown(wait=False, cancel_futures=True)


def _look_into(
    plugin: PluginFile, stamp: tuple[int, int], errands: Errands, crashes: CrashRecord | None
) -> ScannedFile:
    scanned = ScannedFile(plugin.path, plugin.name, plugin.format, *stamp)
    try:
        surveyed = errands.ask(Survey(str(plugin.path), plugin.name))
    except BridgeError as error:
        log.info("%s: %s", plugin.path, error)
        if crashes is not None and isinstance(error, PluginCrashed | PluginHung):
            crashes.record_crash(PluginVersion.of(plugin.path), error.what)
        return replace(scanned, failure=Failure.of(error))
    return replace(scanned, plugins=tuple(surveyed.plugins), warnings=tuple(surveyed.warnings))


def _stamp_of(plugin: PluginFile) -> tuple[int, int]:
    try:
        return stamp_of(plugin.path)
    except OSError:  # it goes while we look; opening it says so
        return 0, 0
