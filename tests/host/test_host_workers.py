"""Workers: one a plugin, no more than allowed, none left over, whatever becomes of the host."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest

from daw_bridge.core.errors import PluginError
from daw_bridge.core.notes import Note, Part
from daw_bridge.host import Host
from daw_bridge.host.pool import PoolLimits, WorkerPool
from daw_bridge.host.protocol import Doing, Reply, Request, decode
from daw_bridge.presets import StoredPreset
from tests.plugins_fixtures import TEST_SYNTH, line, stored

RATE_HZ = 44_100
FAUST = Path(__file__).parent / "faust"


def plain(wave: str = "Cosine") -> StoredPreset:
    return stored({"faust": "plain", "parameters": {"wave": wave}})


def workers() -> set[psutil.Process]:
    return {p for p in psutil.Process().children() if "daw_bridge.host.worker" in p.cmdline()}


def test_one_worker_plays_all_faust_presets_and_is_gone_after_close() -> None:
    before = workers()
    with Host(faust_folders=[FAUST]) as host:
        host.render(line(60), plain(), rate_hz=RATE_HZ)
        (worker,) = workers() - before
        host.render(line(60), plain("Square"), rate_hz=48_000)
        assert workers() - before == {worker}
    assert not psutil.pid_exists(worker.pid)
    with pytest.raises(PluginError, match="closed"):
        host.render(line(60), plain(), rate_hz=RATE_HZ)


def test_prepare_loads_in_the_background_and_render_takes_what_is_loaded() -> None:
    before = workers()
    with Host(faust_folders=[FAUST]) as host:
        host.prepare(plain())
        host.prepare(stored({"faust": "no such instrument"}))
        host.render(line(60), plain(), rate_hz=RATE_HZ)
        assert len(workers() - before) == 1


def test_many_threads_may_render_at_once() -> None:
    parts = [line(48 + 3 * index) for index in range(6)]
    with Host(faust_folders=[FAUST]) as host:
        one_by_one = [host.render(part, plain(), rate_hz=RATE_HZ).clip.samples for part in parts]
        with ThreadPoolExecutor(6) as pool:
            at_once = pool.map(lambda part: host.render(part, plain(), rate_hz=RATE_HZ).clip.samples, parts)
            for expected, rendered in zip(one_by_one, at_once, strict=True):
                assert np.abs(expected - rendered).max() < 1e-6


@pytest.mark.real
def test_the_worker_idle_longest_makes_room(test_synth_folder: Path) -> None:
    before = workers()
    synth = stored({"plugin": TEST_SYNTH})
    with Host(faust_folders=[FAUST], plugin_folders=[test_synth_folder], max_workers=1) as host:
        for preset in (plain(), synth, plain(), synth):
            assert host.render(line(60), preset, rate_hz=RATE_HZ).clip.peak > 0.1
            assert len(workers() - before) == 1
        host.prepare(plain())  # no room: nothing is ended for what may come
    assert not workers() - before


def test_close_stops_a_render_that_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    playing = threading.Event()

    def watched(line: bytes) -> Request | Reply:
        message = decode(line)
        if isinstance(message, Doing) and message.activity == "playing":
            playing.set()
        return message

    host = Host(faust_folders=[FAUST])
    monkeypatch.setattr("daw_bridge.host.process.decode", watched)
    long = Part(tuple(Note(float(second), 60, second + 0.9) for second in range(1000)), 1000.0)
    with ThreadPoolExecutor(1) as pool:
        rendering = pool.submit(host.render, long, plain(), rate_hz=192_000)
        assert playing.wait(30)
        host.close()
        with pytest.raises(PluginError, match="the bridge ends"):
            rendering.result(timeout=30)


def test_the_pool_refuses_to_work_after_close() -> None:
    pool = WorkerPool(PoolLimits(workers=1, time_limit_s=5.0))
    pool.close()
    with pytest.raises(PluginError, match="closed"), pool.worker(("faust",)):
        pass


HOST_THAT_IS_KILLED = """
import sys
from pathlib import Path
from daw_bridge.host import Host, process
from tests.plugins_fixtures import line, stored

def tell(line, decode=process.decode):
    message = decode(line)
    print(message, flush=True)
    return message

process.decode = tell
host = Host(plugin_folders=[Path(sys.argv[1])], faust_folders=[Path(sys.argv[2])])
host.render(line(60), stored({"faust": "plain"}), rate_hz=44_100)
hanging = stored({"plugin": "DAW Bridge Test Synth", "parameters": {"fault": "Hang"}})
host.render(line(60), hanging, rate_hz=44_100)
"""


@pytest.mark.real
def test_workers_end_when_the_host_is_killed_also_inside_a_plugin_that_hangs(test_synth_folder: Path) -> None:
    command = [sys.executable, "-c", HOST_THAT_IS_KILLED, str(test_synth_folder), str(FAUST)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as host:
        assert host.stdout is not None
        # The plugin hangs in the first block after its parameters are set.
        assert any("being prepared" in line for line in host.stdout)
        children = psutil.Process(host.pid).children()
        folders = [Path(child.cmdline()[-2]) for child in children]
        host.kill()
    assert len(children) == 2  # one for Faust, idle; one in the plugin
    _, alive = psutil.wait_procs(children, timeout=20)
    assert alive == []
    assert not any(folder.parent.exists() for folder in folders)
