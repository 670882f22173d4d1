"""The watched folder: notices say when to look, looking says what is there.

Notices get lost: in a full queue, on a network drive, in a sub-folder beyond the limit of inotify, when
a drive goes and comes back. So they only wake the watch up; it finds bounces by looking through the
folder, which it also does unasked now and then. What it finds by itself proves that notices are
missing, and from then on it looks by the clock alone.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from daw_bridge.watch.disk import files_below, identity, look, readiness
from daw_bridge.watch.names import IsWanted, is_bounce_name
from daw_bridge.watch.notices import Notices
from daw_bridge.watch.settling import Settling

log = logging.getLogger(__name__)

_MOST_OF_THE_TIME = 0.1
"""Looking takes a tenth of the time at most, however many notices come."""
_SHORTEST_PAUSE_S = 0.02
_LATEST_NOTICE_S = 2.0
"""A notice that comes later than this has not come."""


class FolderWatch:
    """Calls `on_bounce` with each bounce in `folder` that has settled, existing ones too. A context manager.

    A bounce has settled when it has stood still for `settle_s` and its header is whole; one whose header
    is not whole after `give_up_s` is reported all the same. Paths begin with `folder` as it was given;
    folders in `ignore` are passed over, and so are files whose names are not wanted. The folder may be
    missing, go, and come back. With `poll` the folder is looked through every `poll_s`, for network
    drives; otherwise when the system notices a change, and every `rescan_s`. `on_bounce` is called from
    one thread of the watch's own.
    """

    def __init__(
        self,
        folder: Path,
        on_bounce: Callable[[Path], None],
        *,
        settle_s: float = 0.5,
        poll: bool = False,
        ignore: Sequence[Path] = (),
        is_wanted: IsWanted = is_bounce_name,
        give_up_s: float = 10.0,
        rescan_s: float = 5.0,
        poll_s: float = 1.0,
    ) -> None:
        self.folder = folder
        self.is_polling = poll
        self._on_bounce = on_bounce
        self._ignore = tuple(ignore)
        self._is_wanted = is_wanted
        self._rescan_s = rescan_s
        self._poll_s = poll_s
        self._settling = Settling(settle_s=settle_s, give_up_s=give_up_s, look=look, readiness=readiness)
        self._thread = threading.Thread(target=self._run, name=f"watch {folder.name}", daemon=True)

        self._wake = threading.Condition()
        self._stopping = False
        self._noticed = False

        # The thread's own:
        self._notices: Notices | None = None
        self._identity: tuple[int, int] | None = None
        self._is_missing = False
        self._next_scan_s = 0.0
        self._earliest_scan_s = 0.0
        self._suspicious_until_s: float | None = None

    def __enter__(self) -> FolderWatch:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End; `on_bounce` is not called any more once this returns (to a thread other than its own)."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        try:
            while self._wait():
                self._keep_notices()
                self._scan_if_due()
                for bounce in self._settling.advance(time.monotonic()):
                    self._report(bounce)
        finally:
            self._end_notices()

    def _wait(self) -> bool:
        """Sleep until there is something to do; False when the watch is to end."""
        with self._wake:
            while not self._stopping:
                next_scan_s = self._earliest_scan_s if self._noticed else self._next_scan_s
                moments = (next_scan_s, self._settling.next_look_s, self._suspicious_until_s)
                left_s = min(moment for moment in moments if moment is not None) - time.monotonic()
                if left_s <= 0:
                    return True
                self._wake.wait(left_s)
            return False

    def _on_notice(self) -> None:
        with self._wake:
            if not self._noticed:
                self._noticed = True
                self._wake.notify()

    # -- notices -------------------------------------------------------------------------------

    def _keep_notices(self) -> None:
        """See that notices come from the folder that is there now."""
        now_is = identity(self.folder)
        if now_is != self._identity or (self._notices and not self._notices.are_alive):
            self._end_notices()
            self._identity = now_is
            if now_is is not None and not self.is_polling:
                self._begin_notices()
            self._scan_anew()
        suspicion_s = self._suspicious_until_s
        if suspicion_s is not None and suspicion_s <= time.monotonic():
            self._poll_from_now_on("changes in it are not announced, as on a network drive")

    def _begin_notices(self) -> None:
        try:
            self._notices = Notices(self.folder, self._on_notice, self._is_wanted)
        except (FileNotFoundError, NotADirectoryError):
            self._identity = None  # gone again: looked for at the next scan
        except OSError as error:
            self._poll_from_now_on(
                f"the system announces no changes ({error.strerror or error}); on Linux, raise"
                " fs.inotify.max_user_watches and max_user_instances"
            )

    def _end_notices(self) -> None:
        if self._notices is not None:
            self._notices.stop()
            self._notices = None

    def _poll_from_now_on(self, why: str) -> None:
        self.is_polling = True
        self._end_notices()
        log.warning("%s: %s. Looking every %g s from now on.", self.folder, why, self._poll_s)
        self._scan_anew()

    # -- looking -------------------------------------------------------------------------------

    def _scan_anew(self) -> None:
        """Look at once; what is found then need not have been announced."""
        self._suspicious_until_s = None
        with self._wake:
            self._noticed = True
            self._earliest_scan_s = 0.0

    def _scan_if_due(self) -> None:
        begin_s = time.monotonic()
        with self._wake:
            was_noticed = self._noticed
            if begin_s < (self._earliest_scan_s if was_noticed else self._next_scan_s):
                return
            self._noticed = False
        if was_noticed:
            self._suspicious_until_s = None
        has_news = self._scan(begin_s)
        if has_news and not was_noticed and self._notices is not None:
            self._suspicious_until_s = begin_s + _LATEST_NOTICE_S
        end_s = time.monotonic()
        self._earliest_scan_s = end_s + max((end_s - begin_s) / _MOST_OF_THE_TIME, _SHORTEST_PAUSE_S)
        self._next_scan_s = end_s + (self._poll_s if self.is_polling else self._rescan_s)

    def _scan(self, now_s: float) -> bool:
        """Look through the folder; whether there is anything new."""
        has_news = False
        try:
            for path, state in files_below(self.folder, self._ignore, self._is_wanted):
                has_news |= self._settling.observe(path, state, now_s)
        except OSError as error:
            if not self._is_missing:
                log.warning(
                    "%s: the watched folder is not there (%s); waiting for it", self.folder, error.strerror
                )
            self._is_missing = True
            return False
        if self._is_missing:
            log.warning("%s: the watched folder is back", self.folder)
            self._is_missing = False
        return has_news

    def _report(self, bounce: Path) -> None:
        try:
            self._on_bounce(bounce)
        except Exception:
            log.exception("%s: settled, but could not be handed on", bounce)
