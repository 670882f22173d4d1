"""Options that several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from daw_bridge.session.grid import WantedTempo

Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines, and nothing else.")]
EngineOption = Annotated[
    str | None,
    typer.Option(
        "--engine", help="Who hears the notes: bridge (ours, by default) or basic-pitch.", metavar="NAME"
    ),
]
TempoOption = Annotated[
    str | None,
    typer.Option(
        "--tempo",
        "-t",
        help='97, "97 7/8", map.mid (a tempo map), or audio: a guess from the sound.',
        metavar="BPM [METER]",
    ),
]


def parse_tempo_option(text: str | None) -> WantedTempo:
    """What `--tempo` says. Raises typer.BadParameter."""
    from pydantic import TypeAdapter, ValidationError

    from daw_bridge.settings import Tempo

    tempo: TypeAdapter[WantedTempo] = TypeAdapter(Tempo)
    try:
        return tempo.validate_python(text or "audio")
    except ValidationError as error:
        message = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise typer.BadParameter(message, param_hint="--tempo") from None
