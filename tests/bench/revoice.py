"""What making a take again costs on top of its render, in turns, in one run.

    python -m tests.bench.revoice [--rounds 9] [--preset fat-analog-sub]

Prints a markdown table, as docs/benchmarks.md shows it. Bare is `Host.render` of the part, warm, with
nothing written; ours is `Bridge.revoice`: the take file read, the part remembered, rendered, and MIDI, WAV
and take file delivered. The last row is what a user waits for after saving the take file:
watching, settling and all, with `watch` running. Ratios are medians of each round's ratio.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from daw_bridge.deliver.take_file import find_take
from daw_bridge.flow.events import TakeDelivered
from daw_bridge.flow.remaking import part_of
from daw_bridge.journal import Journal
from daw_bridge.service.bridge import Bridge
from daw_bridge.service.serving import OpenSession
from daw_bridge.session.start import start_session
from tests.bench.speed import STEM_RATE_HZ, STEM_S, write_stem
from tests.sessions import Heard

SILENCE_S = 0.3


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--preset", default="fat-analog-sub")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        pairs = revoiced(folder, options.preset, options.rounds)
        saved_s = saved(folder, options.preset, options.rounds)
    bare_s, again_s, edited_s = (statistics.median(side) for side in zip(*pairs, strict=True))
    again = statistics.median(ours / bare for bare, ours, _ in pairs)
    edited = statistics.median(ours / bare for bare, _, ours in pairs)
    load = os.getloadavg()[0]
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, load {load:.1f}\n")
    print(f"| {STEM_S:g} s part on {options.preset}, {options.rounds} rounds | time | ratio |")
    print("|---|---|---|")
    print(f"| bare render, warm | {1000 * bare_s:.0f} ms | 1 |")
    print(f"| revoice: played, delivered | {1000 * again_s:.0f} ms | {again:.2f} of the bare render |")
    print(f"| edited besides: MIDI and picture, too | {1000 * edited_s:.0f} ms | {edited:.2f} |")
    print(f"| from saving the take file to the take | {1000 * saved_s:.0f} ms | |")


def revoiced(folder: Path, preset: str, rounds: int) -> list[tuple[float, float, float]]:
    """Seconds of the bare render, of a take played again, and of one edited; after a round for warming up."""
    stem = write_stem(folder / "stem.wav", 1)
    with Bridge(state=folder / "state") as bridge:
        take = bridge.convert(stem, deliver_to=folder / "out", presets=[preset])
        stored = bridge.library().find(preset)
        journal = Journal(folder / "state" / "journal.sqlite3", folder / "state", shared=True)
        part = part_of(find_take(take.file), journal)
        journal.close()
        assert part is not None
        pairs = []

        def bare(turn: int) -> None:
            bridge.instruments.render(part, stored, rate_hz=STEM_RATE_HZ)

        def again(turn: int) -> None:
            bridge.revoice(find_take(take.file), anew=frozenset([preset]))

        def edited(turn: int) -> None:
            found = find_take(take.file)
            recipe = found.take.recipe.model_copy(update={"edits": edits(turn)})
            bridge.revoice(found.changed(recipe=recipe))

        for turn in range(rounds + 1):
            pairs.append((seconds(bare, turn), seconds(again, turn), seconds(edited, turn)))
    return pairs[1:]


def seconds(work: Callable[[int], None], turn: int) -> float:
    """How long it takes, from an instrument that has fallen silent after what it played before."""
    time.sleep(SILENCE_S)
    begun = time.perf_counter()
    work(turn)
    return time.perf_counter() - begun


def edits(turn: int) -> tuple[object, ...]:
    """Another edit each turn, of as many notes."""
    from daw_bridge.edit import EDITS

    return (EDITS["transpose"](semitones=turn % 2),)  # type: ignore[call-arg]


def saved(folder: Path, preset: str, rounds: int) -> float:
    """Seconds from saving the take file to the take, with the bridge watching; the median."""
    song = folder / "Song"
    song.mkdir()
    (song / "bridge.yaml").write_text(f"preset: {preset}\ntempo: 97\n")
    session, heard, waited = start_session(song), Heard(), []
    with Bridge(state=folder / "state") as bridge, OpenSession(bridge, session, heard):
        write_stem(session.watched / "bass.wav", 2)
        file = heard.wait(TakeDelivered).delivered.file
        for turn in range(rounds + 1):
            document = yaml.safe_load(file.read_text())
            document["recipe"]["edits"] = [{"transpose": turn % 2 + 1}]
            file.write_text(yaml.safe_dump(document, sort_keys=False))
            begun = time.perf_counter()
            heard.wait(TakeDelivered)
            waited.append(time.perf_counter() - begun)
    return statistics.median(waited[1:])


if __name__ == "__main__":
    main()
