"""`daw-bridge play` and `ports` from the shell, played to a synth in another process, through JACK."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import mido
import psutil
import pytest

from daw_bridge.deliver.take_file import find_take
from daw_bridge.live.playing import LivePlayer
from daw_bridge.live.wire import Setup
from tests.fake_bridge import FakeBridge
from tests.flow.test_flow_pipeline import bounce_tone
from tests.live.receiver import PORT, Synth, synth
from tests.live.test_live_player import C, E, G, note
from tests.live.test_live_playing import piece

pytestmark = [pytest.mark.real]


@pytest.fixture
def take(tmp_path: Path) -> Path:
    """A take on bar 1, whose MIDI file holds a chord for four slow bars."""
    stem = bounce_tone(tmp_path / "bass.wav")
    from daw_bridge.settings import FixedTempo

    with FakeBridge(tmp_path / "state") as bridge:
        delivered = bridge.convert(stem, deliver_to=tmp_path / "Bridge", tempo=FixedTempo(bpm=240))
    file = mido.MidiFile(type=1, ticks_per_beat=960)
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=1_000_000)])
    for pitch in (C, E, G):
        track.append(mido.Message("note_on", note=pitch, velocity=90))
    for pitch in (C, E, G):
        track.append(mido.Message("note_off", note=pitch, time=16 * 960 if pitch == C else 0))
    file.tracks.append(track)
    found = find_take(delivered.file)
    file.save(found.folder / found.take.midi[0].file)
    return tmp_path / "Bridge"


@contextmanager
def command(jack: dict[str, str], *words: str | Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "daw_bridge", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**jack, "COLUMNS": "200"},
    ) as process:
        yield process
        if process.poll() is None:
            process.kill()


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def sounds_a_chord(synth: Synth) -> bool:
    return synth.sounding == {(4, C), (4, E), (4, G)}


def arguments(take: Path) -> Sequence[str | Path]:
    return ("play", "bass", "--in", take, "--port", PORT, "--loop", "--channel", "5", "--program", "12")


def test_ctrl_c_ends_it_with_how_well_it_was_in_time(jack: dict[str, str], take: Path) -> None:
    with synth(jack) as heard, command(jack, *arguments(take)) as process:
        heard.wait_for(sounds_a_chord)
        process.send_signal(signal.SIGINT)
        code, out, err = ended(process)
        heard.wait_for(lambda synth: not synth.sounding)
    assert (code, err) == (0, "")
    assert out.startswith("✓ bass on synth:in: 3 notes, late by ")
    assert (0xC4, 11) in [message for _, message in heard.received]


@pytest.mark.parametrize("who", ["the bridge", "the bridge and all that it started"])
def test_nothing_sounds_on_after_kill_9(jack: dict[str, str], take: Path, who: str) -> None:
    with synth(jack) as heard, command(jack, *arguments(take)) as process:
        heard.wait_for(sounds_a_chord)
        players = psutil.Process(process.pid).children(recursive=True)
        assert players
        process.kill()
        if who != "the bridge":
            for player in players:
                player.kill()
            with LivePlayer(Setup(PORT, "", "none")) as player_again:  # the next start
                player_again.play(
                    piece(*[(b, m.copy(channel=4)) for b, m in note(0, C, 0.5)], bars=1, bpm=999)
                )
        heard.wait_for(lambda synth: not synth.sounding)
        psutil.wait_procs(players, timeout=30)
    assert not any(player.is_running() for player in players)


def test_ports_are_listed_as_data(jack: dict[str, str]) -> None:
    with synth(jack), command(jack, "ports", "--json") as process:
        code, out, _ = ended(process)
    assert code == 0
    assert PORT in json.loads(out)["outputs"]


def test_a_mistake_in_the_bars_says_which_there_are(jack: dict[str, str], take: Path) -> None:
    with command(jack, "play", "bass", "--in", take, "--port", PORT, "--from", "9") as process:
        code, _, err = ended(process)
    assert code == 2
    assert "bass lies in bars 1 to 4." in err


def test_a_port_is_asked_for(take: Path) -> None:
    with command(dict(os.environ), "play", "bass", "--in", take) as process:
        code, _, err = ended(process)
    assert code == 2 and "daw-bridge ports" in err


def test_every_take_that_comes_is_played_once(jack: dict[str, str], take: Path, tmp_path: Path) -> None:
    with (
        synth(jack) as heard,
        command(jack, "play", "--on-arrival", "--in", take, "--port", PORT, "--channel", "3") as process,
    ):
        assert process.stderr is not None
        assert process.stderr.readline().startswith("Playing what comes into ")
        stem = bounce_tone(tmp_path / "lead.wav")
        from daw_bridge.settings import FixedTempo

        with FakeBridge(tmp_path / "state") as bridge:
            bridge.convert(stem, deliver_to=take, tempo=FixedTempo(bpm=480))
        heard.wait_for(lambda synth: synth.notes and not synth.sounding)
        assert process.stdout is not None
        assert process.stdout.readline().startswith("✓ lead on synth:in: 1 note, late by ")
        process.send_signal(signal.SIGINT)
        code, _, err = ended(process)
    assert (code, err) == (0, "")
    assert [key for _, key in heard.notes] == [60]
