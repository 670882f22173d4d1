"""Which of an arriving take's MIDI files is played."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.fake_bridge import FakeBridge
from tests.flow.test_flow_pipeline import bounce_tone
from tests.live.receiver import PORT, synth
from tests.live.test_live_play_command import command, ended

pytestmark = [pytest.mark.real]


def test_the_wanted_variant_is_played(jack: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "Bridge"
    folder.mkdir()
    words = ("play", "--on-arrival", "--in", folder, "--port", PORT, "--variant", "simple")
    with synth(jack) as heard, command(jack, *words) as process:
        assert process.stderr is not None and process.stdout is not None
        assert process.stderr.readline().startswith("Playing what comes into ")
        with FakeBridge(tmp_path / "state") as bridge:
            bridge.convert(bounce_tone(tmp_path / "lead.wav"), deliver_to=folder)
            assert 'The take has no variant "simple"' in process.stderr.readline()
            assert not heard.notes
            bridge.convert(bounce_tone(tmp_path / "bass.wav"), deliver_to=folder, variants=("simple",))
        assert process.stdout.readline().startswith("✓ bass on synth:in: 1 note, late by ")
        process.send_signal(signal.SIGINT)
        code, _, _ = ended(process)
    assert code == 0
