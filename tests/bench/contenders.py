"""Who is measured: other people's code, and every engine of ours that is installed."""

from __future__ import annotations

import functools
import hashlib
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from daw_bridge.core.errors import EngineMissing
from daw_bridge.transcribe import engine, engine_names
from tests.bench import workers
from tests.bench.stems import Stem

ONE_VOICE_FAMILIES = ("bass", "brass", "lead", "voice", "wind")
"""Where an engine that hears one voice is measured, on the stems that hold no chords."""

PROFILES = {
    "bass": "bass",
    "piano": "piano",
    "keys": "keys",
    "organ": "organ",
    "guitar": "guitar",
    "strings": "pad",
    "voice": "vocal",
    "lead": "lead",
    "pad": "pad",
}
"""The profile that a user would choose for a family; "auto" for the others."""


@dataclass(frozen=True)
class Contender:
    """Something that hears notes. `key` names what it will answer: answers are kept under it."""

    name: str
    version: str
    key: str
    open: Callable[[str], workers.Worker]
    """Starts it, for a family."""
    hears: Callable[[Stem], bool] = lambda stem: True
    by_family: bool = False
    """Whether it is started anew for each family."""


def rival(name: str) -> Contender:
    """Somebody else's code: basic-pitch, swift-f0 or transkun. Raises KeyError for another name."""
    version, hears = _RIVALS[name]
    key = f"{name}-{version}"
    return Contender(f"{name}'s own", version, key, lambda _family: workers.theirs(name), hears)


def our_engine(name: str, *, profiles: bool = False) -> Contender:
    """An engine of ours, with profile "auto" or each family's. Raises EngineMissing, EngineUnknown."""
    version = engine(name).version
    how = "by-profile" if profiles else "auto"
    return Contender(
        f"{name} ({'its profile' if profiles else 'auto'})",
        version,
        f"{name}-{version}-{_source_digest(name)}-{how}",
        lambda family: workers.ours("transcribe", name, PROFILES.get(family, "auto") if profiles else "auto"),
        is_piano if name == "transkun" else lambda stem: True,
        by_family=profiles,
    )


def installed_engines() -> list[str]:
    """Of ours, those whose packages are there; the others are named on standard error."""
    found = []
    for name in engine_names():
        try:
            our_engine(name)
        except EngineMissing as cause:
            print(f"{name} is left out: {cause}", file=sys.stderr)
        else:
            found.append(name)
    return found


def is_one_voice(stem: Stem) -> bool:
    """Whether an engine that hears one voice can be asked."""
    return stem.family in ONE_VOICE_FAMILIES and stem.one_voice


def is_piano(stem: Stem) -> bool:
    """Whether an engine for the piano can be asked."""
    return stem.family == "piano"


_RIVALS: dict[str, tuple[str, Callable[[Stem], bool]]] = {
    "basic-pitch": ("0.4.0", lambda stem: True),
    "swift-f0": ("0.3.0", is_one_voice),
    "transkun": ("2.0.1", is_piano),
}
RIVALS = tuple(_RIVALS)


@functools.cache
def _source_digest(name: str) -> str:
    """Of the code and models beside an engine: while it is worked on, its version is counted up too late."""
    folder = Path(inspect.getfile(type(engine(name)))).parent
    shared = folder.parent.glob("*.py") if folder.parent.name == "transcribe" else []
    files = sorted([*folder.rglob("*.py"), *folder.rglob("*.onnx"), *shared])
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:8]
