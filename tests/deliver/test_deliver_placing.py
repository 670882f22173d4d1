from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.files import sha256_of
from daw_bridge.deliver.placing import deliver_file
from daw_bridge.journal import Journal


class MemoryLedger:
    def __init__(self) -> None:
        self.written: defaultdict[Path, set[str]] = defaultdict(set)
        self.last: dict[Path, str] = {}

    def has_written(self, path: Path, sha256: str) -> bool:
        return sha256 in self.written[path]

    def will_write(self, path: Path, sha256: str) -> None:
        self.written[path].add(sha256)
        self.last[path] = sha256

    def latest(self, path: Path) -> str | None:
        return self.last.get(path)


@pytest.fixture(params=["memory", "journal"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> MemoryLedger | Journal:
    """The fake and the real one: both pass the same tests."""
    return MemoryLedger() if request.param == "memory" else Journal(tmp_path / "j.sqlite3", tmp_path)


def put(folder: Path, content: bytes, ledger: MemoryLedger | Journal) -> Path:
    def write(path: Path) -> None:
        path.write_bytes(content)

    delivered = deliver_file(folder, "bass", ".mid", write, ledger)
    assert sha256_of(delivered.path) == delivered.sha256
    return delivered.path


def test_our_own_earlier_version_is_replaced(tmp_path: Path, ledger: MemoryLedger | Journal) -> None:
    take = tmp_path / "take"
    assert put(take, b"one", ledger) == put(take, b"two", ledger) == take / "bass.mid"
    assert (take / "bass.mid").read_bytes() == b"two"
    assert len(list(take.iterdir())) == 1


def test_what_the_user_changed_stays_and_the_new_one_gets_a_number(
    tmp_path: Path, ledger: MemoryLedger | Journal
) -> None:
    take = tmp_path / "take"
    put(take, b"one", ledger).write_bytes(b"the user's")
    assert put(take, b"two", ledger) == take / "bass 2.mid"
    assert put(take, b"three", ledger) == take / "bass 2.mid"
    assert (take / "bass.mid").read_bytes() == b"the user's"


def test_a_file_we_never_wrote_stays(tmp_path: Path, ledger: MemoryLedger | Journal) -> None:
    take = tmp_path / "take"
    take.mkdir()
    (take / "bass.mid").write_bytes(b"somebody's")
    (take / "bass 2.mid").mkdir()
    assert put(take, b"ours", ledger) == take / "bass 3.mid"


def test_the_same_content_is_not_written_again(tmp_path: Path, ledger: MemoryLedger | Journal) -> None:
    path = put(tmp_path / "take", b"one", ledger)
    before = path.stat()
    assert put(tmp_path / "take", b"one", ledger) == path
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_a_kill_between_ledger_and_rename_ends_in_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = MemoryLedger()
    take = tmp_path / "take"
    put(take, b"one", ledger)

    def killed(temporary: Path, path: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("daw_bridge.deliver.placing.publish", killed)
        put(take, b"two", ledger)
    assert put(take, b"two", ledger) == take / "bass.mid"
    assert [p.name for p in take.iterdir()] == ["bass.mid"]


@given(st.lists(st.tuples(st.sampled_from(["we", "user"]), st.binary(min_size=1, max_size=3)), max_size=12))
def test_nothing_the_user_wrote_is_ever_lost(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, bytes]]
) -> None:
    take = tmp_path_factory.mktemp("take")
    ledger = MemoryLedger()
    users: dict[Path, bytes] = {}
    for who, content in acts:
        if who == "we":
            path = put(take, content, ledger)
            assert path not in users or users[path] == content
        else:
            present = sorted(take.iterdir()) or [take / "bass.mid"]
            target = present[-1]
            content = b"user " + content
            target.write_bytes(content)
            users[target] = content
    assert all(path.read_bytes() == content for path, content in users.items())
