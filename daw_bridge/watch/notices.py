"""The system's notices that something in a folder has changed, by watchdog."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from daw_bridge.watch.names import IsWanted, is_bounce_name

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent
    from watchdog.observers.api import BaseObserver

_JOIN_LIMIT_S = 5.0

# What watchdog complains of, while a folder comes or goes, is nothing that a user can mend.
logging.getLogger("watchdog").addHandler(logging.NullHandler())


class Notices:
    """Calls `on_notice`, from a thread of watchdog's, whenever bounces below `folder` may have changed.

    Raises OSError when the system grants no notices: no such folder, or the limit of inotify is reached.
    """

    def __init__(
        self, folder: Path, on_notice: Callable[[], None], is_wanted: IsWanted = is_bounce_name
    ) -> None:
        from watchdog.events import (
            EVENT_TYPE_CLOSED_NO_WRITE,
            EVENT_TYPE_MODIFIED,
            EVENT_TYPE_OPENED,
            FileSystemEventHandler,
        )
        from watchdog.observers import Observer

        class Handler(FileSystemEventHandler):
            def on_any_event(self, event: FileSystemEvent) -> None:
                if event.event_type in (EVENT_TYPE_OPENED, EVENT_TYPE_CLOSED_NO_WRITE):
                    return  # someone reads: perhaps we ourselves
                if event.is_directory:
                    # It also counts as modified whenever a file in it does.
                    concerns_us = event.event_type != EVENT_TYPE_MODIFIED
                else:
                    paths = map(os.fsdecode, (event.src_path, event.dest_path))
                    concerns_us = any(is_wanted(Path(path).name) for path in paths)
                if concerns_us:
                    on_notice()

        self._observer: BaseObserver = Observer()
        try:
            # Resolved, because watchdog does not follow a link, even to the folder itself.
            self._observer.schedule(Handler(), str(folder.resolve()), recursive=True)
            self._observer.start()
        except OSError:
            self._observer.stop()
            raise

    @property
    def are_alive(self) -> bool:
        """Whether notices still come; they end with the folder."""
        return self._observer.is_alive() and all(emitter.is_alive() for emitter in self._observer.emitters)

    def stop(self) -> None:
        """No more calls after this."""
        self._observer.stop()
        self._observer.join(_JOIN_LIMIT_S)
