"""The pages of the edits: what each does and takes, and a picture of a phrase before and after it.

`python -m tests.docs.edits` draws the pictures; `tests.docs.generate` writes the rest.
"""

from __future__ import annotations

import inspect
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Literal, get_args, get_origin

import yaml
from PIL import Image, ImageDraw
from pydantic.fields import FieldInfo

from daw_bridge.core.grid import Grid
from daw_bridge.core.notes import Note, Part
from daw_bridge.deliver.picture import keys_of
from daw_bridge.deliver.roll import FAINT, PAPER, Roll, font
from daw_bridge.edit import EDITS, apply_all
from tests.edit.parts import edit

PICTURES = Path(__file__).parents[2] / "docs" / "pictures" / "edits"

GRID = Grid.constant(120.0).placed(64.0)
"""4/4, from bar 17 on: a bar is two seconds."""
SPAN_S = 4.0

ROLL_WIDTH, LANES_HEIGHT = 400, 190
LEFT, BETWEEN, RIGHT, TOP, BOTTOM = 58, 78, 14, 48, 12
COLOURS = 64


def in_time(beat: float, pitch: int, beats: float, velocity: int = 90, confidence: float = 1.0) -> Note:
    """A note on the grid, its place and its length in beats."""
    return Note(beat / 2, pitch, (beat + beats) / 2, velocity, confidence)


def loosely(notes: Sequence[Note]) -> tuple[Note, ...]:
    """As somebody plays it who is in a hurry."""
    chance = Random(5)
    shifts = [chance.uniform(-0.09, 0.09) for _ in notes]
    return tuple(
        Note(max(n.onset_s + s, 0.0), n.pitch, n.offset_s + s, n.velocity, n.confidence)
        for n, s in zip(notes, shifts, strict=True)
    )


RIFF = tuple(
    in_time(beat, pitch, beats, velocity)
    for beat, pitch, beats, velocity in (
        *((0, 57, 0.9, 110), (1, 60, 0.4, 80), (1.5, 62, 0.4, 70), (2, 64, 0.9, 115), (3, 62, 0.4, 75)),
        *((3.5, 60, 0.4, 85), (4, 57, 0.9, 112), (5, 55, 0.4, 70), (5.5, 57, 0.4, 60), (6, 60, 1.4, 100)),
    )
)
RUN = tuple(
    in_time(k / 4, pitch, 0.2, 100 if k % 4 == 0 else 60)
    for k, pitch in enumerate((57, 64, 60, 64, 57, 64, 62, 64) * 4)
)
CHORDS = tuple(
    in_time(2 * k, pitch, 1.8, 110 - 12 * voice)
    for k, chord in enumerate(((57, 60, 64, 67), (53, 57, 60, 64), (48, 55, 60, 64), (55, 59, 62, 65)))
    for voice, pitch in enumerate(chord)
)
TUNE = (76, 79, 81, 79, 76, 74, 72, 74, 77, 76, 72, 69, 72, 74, 76, 77)
HANDS = (
    *(in_time(4 * k, pitch, 3.8, 100) for k, pitch in enumerate((33, 29))),
    *(in_time(k, pitch, 0.8, 80) for k in range(8) for pitch in ((57, 60, 64) if k < 4 else (53, 57, 60))),
    *(in_time(k / 2, pitch, 0.45, 115) for k, pitch in enumerate(TUNE)),
)
DOUBTFUL = ((0, 69, 0.9), (5.25, 66, 0.2), (7.5, 53, 0.3))
SMALL = (
    *RIFF,
    *(in_time(beat - 0.12, pitch, 0.1, 80) for beat, pitch in ((2, 63), (6, 59))),
    *(in_time(beat, pitch, beats, 60, 0.2) for beat, pitch, beats in DOUBTFUL),
)
HELD = tuple(in_time(k, pitch, 1.7, 90) for k, pitch in enumerate((57, 64, 60, 67, 62, 65, 59, 64)))
ORNATE = (*loosely(RIFF), in_time(1.86, 63, 0.1, 80))


def _by_velocity(note: Note) -> float:
    return (note.velocity - 45) / 75


def _by_confidence(note: Note) -> float:
    return note.confidence


@dataclass(frozen=True)
class Pictured:
    """An edit as its page shows it, on a phrase."""

    entry: object
    notes: Sequence[Note]
    shade: Callable[[Note], float] = _by_velocity


PICTURED: Mapping[str, Pictured] = {
    "quantize": Pictured({"quantize": "1/16"}, ORNATE),
    "swing": Pictured({"swing": "66 %"}, RUN),
    "humanize": Pictured({"humanize": {"timing": "20 ms", "velocity": 14}}, RUN),
    "delay": Pictured({"delay": "1/8"}, RIFF),
    "tempo": Pictured({"tempo": {"heard": 90}}, RIFF),
    "chop": Pictured({"chop": {"bars": 17, "loop": 2}}, RIFF),
    "transpose": Pictured({"transpose": 5}, RIFF),
    "key": Pictured({"key": "D minor"}, RIFF),
    "fold": Pictured({"fold": "A2..A3"}, HANDS),
    "layer": Pictured({"layer": [7, 12]}, RIFF),
    "voicing": Pictured({"voicing": "drop-2"}, CHORDS),
    "chords": Pictured({"chords": {"to": "arpeggio", "grid": "1/8"}}, CHORDS),
    "strum": Pictured({"strum": "60 ms"}, CHORDS),
    "mono": Pictured({"mono": "top"}, HELD),
    "simplify": Pictured("simplify", SMALL, _by_confidence),
    "sure": Pictured("sure", SMALL, _by_confidence),
    "length": Pictured({"length": "50 %"}, CHORDS),
    "legato": Pictured("legato", RIFF),
    "staccato": Pictured({"staccato": "30 %"}, RIFF),
    "velocity": Pictured({"velocity": {"compress": "80 %"}}, RIFF),
    "split": Pictured("split", HANDS),
}


def picture_of(pictured: Pictured) -> bytes:
    """Before on the left, after on the right, as a PNG of few colours."""
    before = Part(tuple(pictured.notes), SPAN_S)
    made = apply_all([edit(pictured.entry)], before, GRID)
    lowest, highest = keys_of(Part((*before.notes, *made.part.notes), SPAN_S), 12)
    lane = LANES_HEIGHT // (highest - lowest + 1)
    lefts = (LEFT, LEFT + ROLL_WIDTH + BETWEEN)
    rolls = [Roll(GRID, 0.0, SPAN_S, lowest, highest, left, TOP, ROLL_WIDTH, lane) for left in lefts]
    image = Image.new("RGB", (lefts[1] + ROLL_WIDTH + RIGHT, rolls[0].bottom + BOTTOM), PAPER)
    draw = ImageDraw.Draw(image)
    for roll, name in zip(rolls, ("before", "after"), strict=True):
        draw.text((roll.left, 8), name, FAINT, font(14), anchor="la")
    sides = {one.name: side / 2 for side, one in enumerate(made.split)}
    of_side = {note: sides[one.name] for one in made.split for note in one.part.notes}
    for roll, part in zip(rolls, (before, made.part), strict=True):
        roll.draw(image, part.notes, shade_of=lambda n: of_side[n] if of_side else pictured.shade(n))
    file = io.BytesIO()
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


def about(name: str) -> str:
    """What an edit does, and its picture."""
    pictured = PICTURED[name]
    told = "surer" if pictured.shade is _by_confidence else "louder"
    colours = "each part in its colour" if name == "split" else f"brighter notes are {told}"
    caption = f"`- {_written(pictured.entry)}`, before and after; {colours}."
    picture = f"![A phrase before and after {name}](../../pictures/edits/{name}.png)"
    return f"{inspect.cleandoc(EDITS[name].__doc__ or '')}\n\n{picture}\n\n{caption}"


def settings(name: str) -> str:
    """A row for each setting."""
    rows = []
    for setting, field in EDITS[name].model_fields.items():
        value = field.get_default()
        default = "required" if field.is_required() else "" if value in (None, ()) else f"`{_plain(value)}`"
        rows.append(f"| `{setting}` | {default} | {_with_choices(field)} |")
    short = EDITS[name].short
    told = f"\n\nA value alone is `{short}`." if short else ""
    if "expand" in vars(EDITS[name]):  # it reads more than one setting from a value alone
        told = f"\n\nA value alone: {inspect.getdoc(EDITS[name].expand)}"
    return "\n".join(["| setting | default | meaning |", "|---|---|---|", *rows]) + told


def _with_choices(field: FieldInfo) -> str:
    """What the setting means, and the words that it takes, where there are some."""
    meaning = field.description or ""
    words = list(_words(field.annotation))
    if all(f"`{word}`" in meaning for word in words):
        return meaning
    return f"{meaning} One of {', '.join(f'`{word}`' for word in words)}."


def _words(annotation: Any) -> Iterator[str]:
    if get_origin(annotation) is Literal:
        yield from map(str, get_args(annotation))
    else:
        for inner in get_args(annotation):
            yield from _words(inner)


def edit_table() -> str:
    """Every edit in a line."""
    lines = {name: inspect.cleandoc(made.__doc__ or "").splitlines()[0] for name, made in EDITS.items()}
    rows = [f"| [`{name}`]({name}.md) | {line} |" for name, line in lines.items()]
    return "\n".join(["| edit | what it does |", "|---|---|", *rows])


def _written(entry: object) -> str:
    if isinstance(entry, str):
        return entry
    return yaml.safe_dump(entry, default_flow_style=True, sort_keys=False).strip()[1:-1]


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def main() -> None:
    """Draw all, and remove what is of no edit."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for old in PICTURES.glob("*.png"):
        if old.stem not in PICTURED:
            old.unlink()
    for name, pictured in PICTURED.items():
        path = PICTURES / f"{name}.png"
        path.write_bytes(picture_of(pictured))
        print(f"{path.name}  {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
