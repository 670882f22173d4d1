"""`daw-bridge demo`: a session of our own, bounced into while the bridge runs."""

from __future__ import annotations

import queue
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daw_bridge.cli.console import short, show_takes, stdout
from daw_bridge.cli.log import keep_log

if TYPE_CHECKING:
    from daw_bridge.core.notes import Part
    from daw_bridge.flow.events import Event
    from daw_bridge.service.bridge import Bridge

TEMPO_BPM = 97.0
RECORD_PRESET = "fingered-electric-bass"
ANSWERS = ("fat-analog-sub", "glassy-digital-pad")
PATIENCE_S = 300.0

SETTINGS = """\
watch: Bounces
deliver: Bridge
tempo: 97
rules:
  - match: "*bass*"
    preset: [fat-analog-sub, glassy-digital-pad]
    profile: bass
"""

# Eighths of a bar in 4/4; a rest is None. Two bars, played twice with another ending.
_LINE = ("E1", None, "E1", "G1", None, "A1", "B1", None, "D2", None, "B1", "A1", None, "G1", "F#1", None)
_ENDING = ("E1", None, "E1", "G1", None, "A1", "B1", None, "C2", None, "C2", "D2", None, "D2", "B1", None)


def demo(
    folder: Annotated[Path, typer.Argument(help="Where to make the session.", metavar="FOLDER")] = Path(
        "DAW Bridge Demo"
    ),
) -> None:
    """Make a session, bounce a bass line into it, show what comes back.

    \b
    Example:
      daw-bridge demo
    """
    from daw_bridge.cli.reporter import Reporter
    from daw_bridge.core.errors import InternalError
    from daw_bridge.core.files import write_whole
    from daw_bridge.flow.events import Failed, TakeDelivered
    from daw_bridge.service.bridge import Bridge
    from daw_bridge.service.serving import OpenSession
    from daw_bridge.session.start import start_session
    from daw_bridge.settings import SETTINGS_NAME

    keep_log()
    console = stdout()
    if not (folder / SETTINGS_NAME).exists():
        write_whole(folder.resolve() / SETTINGS_NAME, SETTINGS.encode())
    session = start_session(folder)
    played = bass_line()
    console.print(f"A session at {TEMPO_BPM:g} BPM: {short(session.folder)}")

    ended: queue.Queue[Event] = queue.Queue()
    with Bridge() as bridge, Reporter() as reporter:

        def tell(event: Event) -> None:
            reporter(event)
            if isinstance(event, TakeDelivered | Failed):
                ended.put(event)

        with OpenSession(bridge, session, tell):
            bounce = session.watched / "bass.wav"
            bounce_stem(bridge, played, bounce)
            console.print(f"Bounced {short(bounce)}: {len(played.notes)} notes on {RECORD_PRESET}")
            try:
                event = ended.get(timeout=PATIENCE_S)
            except queue.Empty:
                raise InternalError(
                    f"The bridge did not answer within {PATIENCE_S:g} s.",
                    where=bounce,
                    advice="Run `daw-bridge doctor`, and report what it says.",
                ) from None
    if isinstance(event, Failed):
        raise event.error
    assert isinstance(event, TakeDelivered)
    show_takes([event.delivered])
    console.print("  Drag the MIDI into your DAW; the audio lies under the bounce.")


def bass_line() -> Part:
    """Four bars in E minor, as a record might have them: 4/4, sixteen eighths twice."""
    from daw_bridge.core.notes import Note, Part, parse_pitch

    eighth_s = 30.0 / TEMPO_BPM
    steps = _LINE + _ENDING
    notes = tuple(
        Note(
            onset_s=index * eighth_s,
            pitch=parse_pitch(name),
            offset_s=(index + 0.85) * eighth_s,
            velocity=112 if index % 8 == 0 else 92 + 3 * (index % 4),
        )
        for index, name in enumerate(steps)
        if name is not None
    )
    return Part(notes, duration_s=len(steps) * eighth_s)


def bounce_stem(bridge: Bridge, part: Part, path: Path) -> None:
    """Play `part` on one of our own instruments and write it where a DAW would, 24-bit stereo at 48 kHz."""
    from daw_bridge.core.files import publish, temporary_in

    preset = bridge.library().find(RECORD_PRESET)
    with temporary_in(path.parent, path.suffix) as temporary:
        bridge.instruments.render_to(temporary, part, preset, rate_hz=48_000)
        publish(temporary, path)
