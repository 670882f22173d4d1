"""What was heard when: a tempo that held at a time gone by. Pure."""

from __future__ import annotations

import threading
from bisect import bisect_right
from dataclasses import dataclass

MOST_ENTRIES = 20_000
"""An hour of a tempo that never stands still, at five a second; days of one that does."""


@dataclass(frozen=True)
class HeardTempo:
    """A tempo, who said it (`Ableton Link, 97 BPM, 2 peers`), and how long before or after it was asked for.

    `age_s` is 0 while it is being said, positive when it was last said so long before the time that was asked
    for, negative when it was first said so long after.
    """

    tempo_bpm: float
    said_by: str
    age_s: float = 0.0


@dataclass
class _Entry:
    tempo_bpm: float
    said_by: str
    from_s: float
    until_s: float


class TempoHistory:
    """Remembers who said which tempo, and when. Times are seconds since the epoch, as files have them.

    What is said again within `gap_s` has been said all the while. May be used from several threads.
    """

    def __init__(self, gap_s: float = 2.0) -> None:
        self._gap_s = gap_s
        self._entries: list[_Entry] = []
        self._changed = threading.Condition()

    def note(self, time_s: float, tempo_bpm: float, said_by: str) -> None:
        """It is said now; times rise, but for clocks that are set."""
        with self._changed:
            last = self._entries[-1] if self._entries else None
            is_same = last is not None and (last.tempo_bpm, last.said_by) == (tempo_bpm, said_by)
            if last is not None and 0 <= time_s - last.until_s <= self._gap_s:
                last.until_s = time_s
                if is_same:
                    return
            self._entries.append(_Entry(tempo_bpm, said_by, time_s, time_s))
            del self._entries[:-MOST_ENTRIES]
            self._changed.notify_all()

    def at(self, time_s: float) -> HeardTempo | None:
        """What held at that time; None when nothing was ever heard."""
        with self._changed:
            return self._at(time_s)

    def wait_for_a_word(self, timeout_s: float) -> None:
        """Until something was heard, or the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._entries), timeout=timeout_s)

    def _at(self, time_s: float) -> HeardTempo | None:
        if not self._entries:
            return None
        index = bisect_right(self._entries, time_s, key=lambda entry: entry.from_s) - 1
        if index < 0:
            first = self._entries[0]
            early_s = first.from_s - time_s
            return HeardTempo(first.tempo_bpm, first.said_by, -early_s if early_s > self._gap_s else 0.0)
        entry = self._entries[index]
        since_s = time_s - entry.until_s
        return HeardTempo(entry.tempo_bpm, entry.said_by, since_s if since_s > self._gap_s else 0.0)
