"""Under load: 200 renders over four plugins, every tenth crashes; the others arrive, and nothing piles up."""

from __future__ import annotations

import itertools
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest

from daw_bridge.core.errors import PluginCrashed
from daw_bridge.core.notes import Note, Part
from daw_bridge.host import Host
from tests.plugins_fixtures import TEST_SYNTH, copy_plugin, stored

pytestmark = [pytest.mark.real, pytest.mark.slow]

RATE_HZ = 44_100
FAUST = Path(__file__).parent / "faust"
RENDERS = 200
SAME = 10 ** (-90 / 20)


def test_two_hundred_renders_over_four_plugins_with_a_crash_every_tenth(
    test_synth: Path, tmp_path: Path
) -> None:
    names = [f"{TEST_SYNTH} {letter}" for letter in "ABC"]
    for name in names:
        copy_plugin(test_synth, tmp_path, name)
    instruments = [*({"plugin": name} for name in names), {"faust": "plain"}]
    parts = [Part((Note(0.0, pitch, 0.3),), 0.4) for pitch in (48, 60, 72)]
    before = set(psutil.Process().children(recursive=True))
    held_mb: list[float] = []

    with Host(plugin_folders=[tmp_path], faust_folders=[FAUST], max_workers=4) as host:

        def render(index: int) -> tuple[int, int, np.ndarray] | None:
            instrument, part = index % len(instruments), index % len(parts)
            crashes = index % 10 == 9 and instrument < len(names)
            if index % 10 == 9 and not crashes:
                instrument, crashes = 0, True
            settings = {"parameters": {"fault": "Crash"}} if crashes else {}
            preset = stored({**instruments[instrument], **settings})
            try:
                clip = host.render(parts[part], preset, rate_hz=RATE_HZ).clip
            except PluginCrashed as error:
                assert crashes and error.where == f"{names[instrument]} 1.0.0"
                return None
            assert not crashes
            if index % 20 == 0:
                held_mb.append(memory_mb())
            return instrument, part, clip.samples

        with ThreadPoolExecutor(4) as threads:
            results = list(threads.map(render, range(RENDERS)))

    delivered = [result for result in results if result is not None]
    assert sum(result is None for result in results) == RENDERS // 10
    assert len(delivered) == RENDERS - RENDERS // 10
    assert len(Counter(instrument for instrument, _, _ in delivered)) == 4
    by_sound = sorted(delivered, key=lambda result: result[:2])
    for _, group in itertools.groupby(by_sound, key=lambda result: result[:2]):
        first, *others = (samples for _, _, samples in group)
        assert all(np.abs(first - other).max() < SAME for other in others)

    assert not set(psutil.Process().children(recursive=True)) - before
    assert np.median(held_mb[-4:]) < 1.3 * np.median(held_mb[1:5]) + 50


def memory_mb() -> float:
    """What the workers hold together."""
    held = 0
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            held += process.memory_info().rss
    return held / 1e6
