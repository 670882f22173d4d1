"""What a bounce's name and place say: which take, which presets, which profile.

In order of precedence: the name's tag (`bass@glassy-digital-pad.wav`), a sub-folder with a preset's name,
the first rule that matches, the default.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from daw_bridge.settings import Session

TAG = "@"


@dataclass(frozen=True)
class Choice:
    """`take` is the take's name, with sub-folders (`verse/bass`); `presets` are names, not yet looked up."""

    take: str
    presets: tuple[str, ...]
    drums: tuple[str, ...]
    """Presets instead, should drums be heard: the same ones, where the bounce names them."""
    profile: str
    separate: bool = False
    at: str | None = None
    warnings: tuple[str, ...] = ()


def choose(session: Session, bounce: Path, is_preset: Callable[[str], bool]) -> Choice:
    """Read `bounce`'s path below the watched folder; `is_preset` says whether a preset has that name."""
    below = PurePosixPath(bounce.relative_to(session.watched).as_posix())
    rule = session.rule_for(below)
    name, tagged, warnings = split_tags(below.stem, is_preset)
    folders = [folder for folder in below.parts[:-1] if not is_preset(folder)]
    in_folder = tuple(folder for folder in below.parts[:-1] if is_preset(folder))[-1:]
    named = tagged or in_folder or (rule and rule.preset)
    return Choice(
        take="/".join([*folders, name]),
        presets=named or session.settings.preset,
        drums=named or session.settings.drums,
        profile=(rule and rule.profile) or session.settings.profile,
        separate=session.settings.separate if rule is None or rule.separate is None else rule.separate,
        at=rule.at if rule else None,
        warnings=warnings,
    )


def split_tags(stem: str, is_preset: Callable[[str], bool]) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """`bass@a@b` -> (`bass`, (`a`, `b`), ()): the name, its tags, and warnings.

    What stands behind an @ and is no preset stays part of the name (`kick@140bpm`), with a warning.
    """
    name, *tags = stem.split(TAG)
    known = tuple(tag.strip() for tag in tags if is_preset(tag.strip()))
    unknown = [tag for tag in tags if not is_preset(tag.strip())]
    warnings = tuple(f'"{TAG}{tag}" in the name is no preset, so it did not choose one.' for tag in unknown)
    whole = TAG.join([name, *unknown]).strip()
    return (whole, known, warnings) if name.strip() else (stem, (), ())
