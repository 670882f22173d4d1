"""The pool: side by side up to the setting, ended when idle or heavy, given to whom it suits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Barrier, Event

import psutil
import pytest

from daw_bridge.host import Host
from daw_bridge.host.pool import PoolLimits, WorkerPool
from daw_bridge.host.process import TIME_LIMIT_S, WorkerProcess, started_ahead
from daw_bridge.host.protocol import Doing, Reply, Request, decode
from tests.plugins_fixtures import TEST_SYNTH, copy_plugin, line, stored

RATE_HZ = 44_100
FAUST = Path(__file__).parent / "faust"
FAUST_KEY, ONE, TWO = ("faust",), ("plugin", "one"), ("plugin", "two")
MakePool = Callable[..., WorkerPool]


class Clock:
    """Time that stands still until it is moved."""

    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def make_pool() -> Iterator[MakePool]:
    with ExitStack() as closing:

        def make(clock: Clock | None = None, **limits: float) -> WorkerPool:
            pool = WorkerPool(
                PoolLimits(**limits),  # type: ignore[arg-type]
                workers_of=lambda key: 2 if key == FAUST_KEY else 1,
                clock=clock or Clock(),
            )
            closing.callback(pool.close)
            return pool

        yield make


def pids() -> set[int]:
    found = set()
    for process in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):
            found |= {process.pid} if "daw_bridge.host.worker" in process.cmdline() else set()
    return found


def test_idle_workers_end_after_their_time(make_pool: MakePool) -> None:
    clock, before = Clock(), pids()
    pool = make_pool(clock, workers=3, idle_s=60.0)
    with pool.worker(ONE):
        pass
    clock.now_s += 40.0
    with pool.worker(TWO), pool.worker(FAUST_KEY):
        clock.now_s += 19.0
        assert pool.end_idle() == pytest.approx(1.0)
        assert len(pids() - before) == 3
        clock.now_s += 1.0
        pool.end_idle()
        assert len(pids() - before) == 2  # those at work stay however long it takes
    assert pool.end_idle() == pytest.approx(60.0)
    clock.now_s += 60.0
    pool.end_idle()
    assert not pids() - before


def test_idle_workers_end_by_themselves() -> None:
    before = pids()
    with Host(faust_folders=[FAUST], idle_limit_s=0.05) as host:
        host.render(line(60), stored({"faust": "plain"}), rate_hz=RATE_HZ)
        workers = [worker for worker in psutil.Process().children() if worker.pid in pids() - before]
        _, alive = psutil.wait_procs(workers, timeout=20)
        assert not alive
        assert host.render(line(60), stored({"faust": "plain"}), rate_hz=RATE_HZ).clip.peak > 0.1


def test_a_worker_that_holds_too_much_memory_is_replaced_between_renders() -> None:
    before = pids()
    preset = stored({"faust": "plain"})
    with Host(faust_folders=[FAUST], memory_limit_mb=10_000) as host:
        for _ in range(2):
            host.render(line(60), preset, rate_hz=RATE_HZ)
        (kept,) = pids() - before
        assert 20 < psutil.Process(kept).memory_info().rss / 1e6 < 1000
    with Host(faust_folders=[FAUST], memory_limit_mb=20) as host:
        for _ in range(2):
            assert host.render(line(60), preset, rate_hz=RATE_HZ).clip.peak > 0.1
            assert not pids() - before


def test_memory_is_that_of_the_process(tmp_path: Path) -> None:
    worker = WorkerProcess(tmp_path / "worker", time_limit_s=20.0)
    assert 0 < worker.memory_mb() < 500
    worker.end(at_once=True)
    assert worker.memory_mb() == 0.0


def test_a_worker_that_was_started_ahead_is_the_first_to_play() -> None:
    before = pids()
    with started_ahead() as worker:
        assert len(pids() - before) == 1
        with Host(faust_folders=[FAUST], ahead=worker) as host:
            assert host.render(line(60), stored({"faust": "plain"}), rate_hz=RATE_HZ).clip.peak > 0.1
            assert len(pids() - before) == 1
            assert worker.doing is not None, "it was asked"
    assert not pids() - before
    assert not worker.folder.parent.exists()


def test_a_worker_that_was_started_ahead_and_is_not_wanted_leaves_nothing() -> None:
    before = pids()
    with (
        started_ahead() as worker,
        Host(faust_folders=[FAUST], time_limit_s=TIME_LIMIT_S / 2, ahead=worker) as host,
    ):
        host.render(line(60), stored({"faust": "plain"}), rate_hz=RATE_HZ)
        assert worker.doing is None, "the user's time limit is another than its"
    assert not pids() - before
    assert not worker.folder.parent.exists()


def test_a_second_faust_worker_starts_only_when_the_first_is_busy(make_pool: MakePool) -> None:
    pool = make_pool(workers=3)
    with pool.worker(FAUST_KEY, "bass") as first:
        pass
    with pool.worker(FAUST_KEY, "lead") as again:
        assert again is first
        with pool.worker(FAUST_KEY, "pad") as second:
            assert second is not first
    # Each is taken for what it has loaded.
    with pool.worker(FAUST_KEY, "pad") as worker:
        assert worker is second
    with pool.worker(FAUST_KEY, "bass") as worker:
        assert worker is first


def test_a_plugin_makes_room_among_the_idle_but_a_second_faust_worker_does_not(make_pool: MakePool) -> None:
    pool = make_pool(workers=2)
    with pool.worker(ONE) as one:
        pass
    with pool.worker(FAUST_KEY, "bass"), pool.worker_if_room(FAUST_KEY, "lead") as second:
        assert second is None
        assert one.alive
        with pool.worker(TWO):
            assert not one.alive


def test_nothing_is_prepared_that_is_loaded_or_being_played(make_pool: MakePool) -> None:
    pool = make_pool(workers=3)
    with pool.worker(FAUST_KEY, "bass"):
        with pool.worker_if_room(FAUST_KEY, "bass") as superfluous:
            assert superfluous is None
        with pool.worker_if_room(FAUST_KEY, "lead") as useful:
            assert useful is not None
    with pool.worker_if_room(FAUST_KEY, "bass") as superfluous:
        assert superfluous is None


def test_a_render_waits_for_what_is_being_prepared_rather_than_load_it_again(make_pool: MakePool) -> None:
    pool = make_pool(workers=3)
    waiting, released = Event(), Event()

    def render() -> WorkerProcess:
        waiting.set()
        with pool.worker(FAUST_KEY, "bass") as worker:
            assert released.is_set()
            return worker

    with ThreadPoolExecutor(1) as threads:
        with pool.worker_if_room(FAUST_KEY, "bass") as preparing:
            rendering = threads.submit(render)
            assert waiting.wait(10)
            with pool.worker(FAUST_KEY, "lead") as other:  # this one need not wait
                assert other is not preparing
            released.set()
        assert rendering.result(timeout=10) is preparing


def test_faust_presets_of_one_bounce_render_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    both_play = Barrier(2)

    def watched(line: bytes) -> Request | Reply:
        message = decode(line)
        if isinstance(message, Doing) and message.activity == "playing":
            both_play.wait(30)  # breaks, unless a second one plays meanwhile
        return message

    monkeypatch.setattr("daw_bridge.host.process.decode", watched)
    with Host(faust_folders=[FAUST], max_workers=2) as host, ThreadPoolExecutor(2) as threads:
        presets = [stored({"faust": "plain", "parameters": {"wave": wave}}) for wave in ("Cosine", "Square")]
        for rendering in threads.map(lambda p: host.render(line(60), p, rate_hz=RATE_HZ), presets):
            assert rendering.clip.peak > 0.1


@pytest.mark.real
def test_plugins_play_side_by_side_up_to_the_setting(
    test_synth: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"{TEST_SYNTH} {letter}" for letter in "ABC"]
    for name in names:
        copy_plugin(test_synth, tmp_path, name)
    most = 0

    def watched(line: bytes) -> Request | Reply:
        nonlocal most
        message = decode(line)
        if isinstance(message, Doing):
            most = max(most, len(pids() - before))
        return message

    before = pids()
    monkeypatch.setattr("daw_bridge.host.process.decode", watched)
    with Host(plugin_folders=[tmp_path], max_workers=2) as host, ThreadPoolExecutor(3) as threads:
        presets = [stored({"plugin": name}) for name in names * 2]
        for rendering, name in zip(
            threads.map(lambda p: host.render(line(60), p, rate_hz=RATE_HZ), presets), names * 2, strict=True
        ):
            assert rendering.instrument == f"{name} 1.0.0"
    assert most == 2


def test_a_plugin_that_chatters_does_not_fill_the_disk(tmp_path: Path) -> None:
    from daw_bridge.host.worker.__main__ import LOG_BYTES, LOG_KEPT_BYTES, cut_short

    log = tmp_path / "worker.log"
    with log.open("ab", buffering=0) as chatting:  # as the worker's own stderr is open
        for _ in range(3):
            chatting.write(b"chatter\n" * (LOG_BYTES // 8) + b"and then\n")
            cut_short(log)
            assert log.stat().st_size <= LOG_KEPT_BYTES
            assert log.read_bytes().endswith(b"and then\n")
        chatting.write(b"last words\n")
    cut_short(log)
    assert log.read_bytes().endswith(b"and then\nlast words\n")
    cut_short(tmp_path / "gone.log")
