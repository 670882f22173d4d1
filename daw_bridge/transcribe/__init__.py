"""AudioClip -> Part: which notes are in a bounce, and at which tempo.

Engines register under the entry point group `daw_bridge.engines`, so that a package of its own can
bring another one; nothing of an engine is loaded before it is asked for.
"""

from __future__ import annotations

import functools
from importlib.metadata import entry_points

from daw_bridge.core.attacks import NO_ATTACKS, Attacks, find_attacks
from daw_bridge.core.document import did_you_mean
from daw_bridge.core.errors import EngineMissing, EngineUnknown
from daw_bridge.core.key import KeyEstimate, estimate_key
from daw_bridge.transcribe import transkun
from daw_bridge.transcribe.drums import Drums
from daw_bridge.transcribe.engine import Engine, Progress
from daw_bridge.transcribe.foreign import Foreign
from daw_bridge.transcribe.kind import KindGuess, as_named, guess_kind
from daw_bridge.transcribe.profiles import PROFILES
from daw_bridge.transcribe.tempo import TempoEstimate, estimate_tempo, tempo_of

__all__ = [
    "DEFAULT_ENGINE",
    "NO_ATTACKS",
    "PROFILES",
    "Attacks",
    "Drums",
    "Engine",
    "KeyEstimate",
    "KindGuess",
    "Progress",
    "TempoEstimate",
    "as_named",
    "engine",
    "engine_names",
    "estimate_key",
    "estimate_tempo",
    "find_attacks",
    "guess_kind",
    "missing_pianist",
    "pianist",
    "tempo_of",
]

DEFAULT_ENGINE = "bridge"
_GROUP = "daw_bridge.engines"


@functools.cache
def engine(name: str) -> Engine:
    """The engine of that name; the same one each time, so that its model stays loaded.

    Raises EngineUnknown for a name that nothing registers, EngineMissing when its package can't be
    imported or doesn't hold what it registers. Other people's engines are called by way of `Foreign`.
    """
    found = next(iter(entry_points(group=_GROUP, name=name)), None)
    if found is None:
        raise EngineUnknown(
            f'No transcription engine is called "{name}".', advice=did_you_mean(name, engine_names())
        )
    if not found.module.startswith("daw_bridge."):
        return Foreign(name, found.load)
    try:
        made: Engine = found.load()()
    except (ImportError, AttributeError) as cause:
        raise EngineMissing(
            f'The engine "{name}" can\'t be loaded ({cause}).', advice="Install its package again."
        ) from cause
    return made


@functools.cache
def engine_names() -> tuple[str, ...]:
    """The names of all engines that are installed."""
    return tuple(sorted(entry_points(group=_GROUP).names))


def pianist(engine_name: str) -> Engine | None:
    """Who hears piano where `engine_name` is asked for: transkun, if that is the default engine and the
    extra `piano` is installed. Whoever names another engine gets that one."""
    return engine("transkun") if engine_name == DEFAULT_ENGINE and transkun.installed() else None


def missing_pianist(engine_name: str) -> str | None:
    """What to say where piano is asked for and a general engine hears it, though a better one could."""
    if engine_name != DEFAULT_ENGINE or transkun.installed():
        return None
    return (
        "Heard by the engine for everything: transkun, which hears pianos best, is not installed. "
        "`uv sync --inexact --extra piano` in DAW Bridge's folder installs it."
    )
