"""Take files of earlier versions, read for ever: each step makes of a version's document one of the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from daw_bridge.core.meters import Meters, Position, TimeSignature

VERSION = 2

Document = dict[str, Any]


def migrated(data: Any) -> Any:
    """The document as the present version would have it. Raises ValueError for one from the future.

    What is no take at all comes back as it is, for the schema to say so.
    """
    if not isinstance(data, dict):
        return data
    version = data.get("version", 1)
    if isinstance(version, int) and version > VERSION:
        raise ValueError(f"is of version {version}: a newer DAW Bridge made it; update this one")
    while isinstance(version, int) and version in _STEPS:
        data = {**_STEPS[version](dict(data)), "version": version + 1}
        version += 1
    return data


def _from_1(data: Document) -> Document:
    """Version 1 had one MIDI file, no recipe, and places without beats."""
    renderings = data.get("renderings") or ()
    exports = data.get("exports") or ()
    if isinstance(midi := data.get("midi"), dict):
        data["midi"] = [{"variant": "played", **midi}]
    if isinstance(heard := data.get("transcription"), dict) and "notes" in heard:
        data.setdefault("notes", heard["notes"])
    data["recipe"] = {
        "presets": [r["preset"] for r in renderings if isinstance(r, dict) and "preset" in r],
        "export": ["dawproject"] if exports else [],
    }
    place, tempo = data.get("place"), data.get("tempo")
    if isinstance(place, dict) and isinstance(tempo, dict):
        data["place"] = {"beat": _beat_of(place, tempo), **place}
    return data


def _beat_of(place: Document, tempo: Document) -> float:
    """Exact where the meter never changes; the schema tells what is no place or no meter."""
    try:
        meter = TimeSignature.parse(str(tempo.get("time_signature")))
        bar, beat, sixteenth = str(place.get("position", "1.1.1")).split(".", 2)
        position = Position(int(bar), int(beat), float(sixteenth))
    except ValueError:
        return 0.0
    return Meters.constant(meter).beat_of(position)


_STEPS: dict[int, Callable[[Document], Document]] = {1: _from_1}
