"""A bridge that serves real folders with a fake engine and fake instruments, and a session for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from daw_bridge.flow.pipeline import Steps
from daw_bridge.service.bridge import Bridge
from daw_bridge.service.serving import OpenSession
from daw_bridge.session.start import start_session
from daw_bridge.settings import Session, UserSettings
from tests.fakes import FakeEngine, FakeInstruments
from tests.flow.test_flow_pipeline import bounce_tone
from tests.sessions import Heard

SETTINGS = """
preset: fat-analog-sub
settle: 0.05
tempo: 97
rules:
  - match: "*pad*"
    preset: [glassy-digital-pad, fat-analog-sub]
"""
TAKE = ["{0}/{0} - Fat Analog Sub.wav", "{0}/{0}.mid", "{0}/{0}.png", "{0}/{0}.take.yaml"]


def take_of(name: str) -> list[str]:
    return [file.format(name) for file in TAKE]


class FakeBridge(Bridge):
    """The real bridge with a fake engine and fake instruments."""

    def __init__(self, state: Path) -> None:
        self.engine = FakeEngine()
        self.fakes = FakeInstruments()
        super().__init__(UserSettings(), instruments=self.fakes, state=state)

    def steps(self, engine_name: str) -> Steps:
        from daw_bridge.intake import listen

        return Steps(
            listen, self.engine, lambda clip, part: None, self.fakes, hints=super().steps(engine_name).hints
        )


@pytest.fixture
def session(tmp_path: Path) -> Session:
    (tmp_path / "Song").mkdir()
    (tmp_path / "Song" / "bridge.yaml").write_text(SETTINGS)
    return start_session(tmp_path / "Song")


@pytest.fixture
def stem(tmp_path: Path) -> Path:
    return bounce_tone(tmp_path / "stem.wav")


@contextmanager
def running(session: Session) -> Iterator[tuple[Heard, FakeBridge]]:
    heard = Heard()
    with FakeBridge(session.folder / "state") as bridge, OpenSession(bridge, session, heard):
        yield heard, bridge
