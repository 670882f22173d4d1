"""`daw-bridge --help`: what there is, told without importing any of it."""

from __future__ import annotations

COMMANDS: dict[str, dict[str, str]] = {
    "A session": {
        "demo": "Make a session, bounce a bass line into it, show what comes back.",
        "init": "Make a session of a DAW's project folder.",
        "watch": "Wait for bounces and answer each with its take.",
    },
    "The part": {
        "convert": "Turn stems into MIDI and into audio on your instruments.",
        "takes": "What has come back, and how it was made.",
        "revoice": "Play a take again, on other presets or edited.",
    },
    "The sound": {
        "presets": "What sounds there are, and whether they are right.",
        "plugins": "Which plugins are on this machine, and what they can do.",
    },
    "In time with the DAW": {
        "play": "Play a take's part on a synth, in the DAW or in hardware.",
        "record": "Record a take's part from a hardware synth.",
        "ports": "List the MIDI ports, and the audio inputs.",
    },
    "When something is wrong": {
        "doctor": "Look at this machine: packages, folders, plugins, instruments.",
    },
}
"""The commands in the order in which they are needed. Each is in the module of its name."""
NAMES = tuple(name for group in COMMANDS.values() for name in group)

ABOUT = """\
Bounce a stem, get the part back: MIDI on your session's grid, played by
your own instrument."""
OPTIONS = {
    "--version": "Show the version and end.",
    "--install-completion": "Install completion for the current shell.",
    "--show-completion": "Show completion, to copy it or to change it.",
    "-h, --help": "Show this. Of one command: daw-bridge convert --help",
}


def overview() -> str:
    """The help of all commands, at most 80 characters wide."""
    parts = [
        "Usage: daw-bridge COMMAND [OPTIONS]",
        ABOUT,
        *(_listed(group, lines) for group, lines in COMMANDS.items()),
        _listed("Options", OPTIONS),
        "First time here? Run: daw-bridge demo",
    ]
    return "\n\n".join(parts)


def _listed(title: str, lines: dict[str, str]) -> str:
    width = max(map(len, lines if lines is OPTIONS else NAMES))
    return "\n".join([f"{title}:", *(f"  {name:<{width}}  {says}" for name, says in lines.items())])
