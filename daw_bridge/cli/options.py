"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from daw_bridge.core.meters import Position
    from daw_bridge.edit import Edit
    from daw_bridge.edit.variants import VariantName
    from daw_bridge.session.grid import WantedTempo

Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines, and nothing else.")]
EngineOption = Annotated[
    str | None,
    typer.Option(
        "--engine",
        help="Who hears the notes: bridge (ours, by default), basic-pitch, or another that is installed.",
        metavar="NAME",
    ),
]
TempoOption = Annotated[
    str | None,
    typer.Option(
        "--tempo",
        "-t",
        help='session, 97, "97 7/8", map.mid (a tempo map), link (Ableton Link), clock or "clock PORT" '
        "(MIDI clock), or audio: a guess from the sound.",
        metavar="BPM [METER]",
    ),
]


SessionOption = Annotated[
    Path | None,
    typer.Option(
        "--session",
        help="The DAW's project folder: tempo, meters and places of it and its bridge.yaml hold.",
        metavar="DIR",
        exists=True,
        file_okay=False,
    ),
]


def needs_a_name(name: str | None) -> str | None:
    """For options that name a port or a device: an empty name is in every name. Raises typer.BadParameter."""
    if name is not None and not name.strip():
        raise typer.BadParameter("The name is empty; `daw-bridge ports` lists those that are there.")
    return name


FolderOption = Annotated[
    Path,
    typer.Option("--in", help="The session, or a folder with takes; this one by default.", metavar="DIR"),
]
EditOption = Annotated[
    list[str] | None,
    typer.Option(
        "--edit", "-e", help='What is done to the part: "quantize: 1/16". May be given again.', metavar="EDIT"
    ),
]
CompareOption = Annotated[
    bool,
    typer.Option("--compare", help="Compare the first rendering with the bounce; name the bars to look at."),
]
VariantOption = Annotated[
    list[str] | None,
    typer.Option("--variant", help="A MIDI file besides: tight (on the grid), simple. May be given again."),
]
AtOption = Annotated[
    str | None,
    typer.Option("--at", help="Where it begins in the session: bar, beat, sixteenth.", metavar="17.1.1"),
]


def parse_edit_options(texts: list[str] | None) -> tuple[Edit, ...]:
    """What `--edit` says, in order. Raises EditInvalid."""
    from daw_bridge.core.document import Schema, parse_document
    from daw_bridge.core.errors import EditInvalid
    from daw_bridge.edit import Edits

    class Written(Schema):
        edits: Edits = ()

    document = "edits:\n" + "".join(f"- {text}\n" for text in texts or ())
    return parse_document(document, Written, EditInvalid, where="--edit").edits if texts else ()


def parse_variant_options(names: list[str] | None) -> tuple[VariantName, ...]:
    """What `--variant` says. Raises typer.BadParameter."""
    from daw_bridge.core.document import did_you_mean
    from daw_bridge.edit.variants import VARIANTS

    for name in names or ():
        if name not in VARIANTS:
            message = f'"{name}" is no variant. {did_you_mean(name, VARIANTS)}'
            raise typer.BadParameter(message, param_hint="--variant")
    return tuple(variant for variant in VARIANTS if variant in (names or ()))


def parse_position_option(text: str | None) -> Position | None:
    """What `--at` says. Raises typer.BadParameter."""
    from daw_bridge.core.meters import Position

    try:
        return Position.parse(text) if text else None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--at") from None


def parse_tempo_option(text: str | None) -> WantedTempo | None:
    """What `--tempo` says; None when it is not given. Raises typer.BadParameter."""
    from pydantic import TypeAdapter, ValidationError

    from daw_bridge.settings import Tempo

    tempo: TypeAdapter[WantedTempo] = TypeAdapter(Tempo)
    try:
        return tempo.validate_python(text) if text else None
    except ValidationError as error:
        message = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise typer.BadParameter(message, param_hint="--tempo") from None
