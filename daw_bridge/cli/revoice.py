"""`daw-bridge revoice`: the part again, edited or on other sounds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daw_bridge.cli.console import print_json, show_error, show_takes
from daw_bridge.cli.log import keep_log
from daw_bridge.cli.options import (
    CompareOption,
    EditOption,
    FolderOption,
    Json,
    VariantOption,
    parse_edit_options,
    parse_variant_options,
)
from daw_bridge.core.errors import BridgeError, PluginError

if TYPE_CHECKING:
    from daw_bridge.deliver.take import Recipe
    from daw_bridge.presets import PresetLibrary


def revoice(
    takes: Annotated[list[str], typer.Argument(help="Takes, by name or path.", metavar="TAKE")],
    preset: Annotated[
        list[str] | None,
        typer.Option(
            "--preset",
            "-p",
            help="Who plays it as well; tag:pad for all pads. May be given again.",
            metavar="NAME",
        ),
    ] = None,
    all_presets: Annotated[bool, typer.Option("--all", help="On every preset.")] = False,
    edit: EditOption = None,
    no_edits: Annotated[bool, typer.Option("--no-edits", help="Take the edits out that were there.")] = False,
    variant: VariantOption = None,
    compare: CompareOption = False,
    folder: FolderOption = Path(),
    json: Json = False,
) -> None:
    """Play a take again: on other presets, edited, with nothing transcribed.

    What you add stays in the take's recipe. While `daw-bridge watch` runs on the session, saving the take
    file does the same.

    \b
    Examples:
      daw-bridge revoice bass --preset glassy-digital-pad
      daw-bridge revoice bass --preset tag:pad
      daw-bridge revoice bass --edit "quantize: 1/16" --edit "transpose: 12"
    """  # fmt: skip
    from daw_bridge.cli.data import error_as_data, take_as_data
    from daw_bridge.cli.reporter import Reporter
    from daw_bridge.cli.takes import takes_folder
    from daw_bridge.deliver.finding import take_named
    from daw_bridge.deliver.take_file import find_take
    from daw_bridge.service.bridge import Bridge
    from daw_bridge.service.revoicing import revoice as made_again
    from daw_bridge.service.revoicing import session_of

    edits, variants = parse_edit_options(edit), parse_variant_options(variant)
    keep_log()
    done, failures = [], []
    with Bridge() as bridge, Reporter(is_quiet=json) as reporter:
        for name in takes:
            try:
                found = find_take(take_named(name, takes_folder(folder)))
                library = bridge.library(session_of(found.file))
                recipe, named = _with_presets(found.take.recipe, library, preset or [], all_presets)
                recipe = recipe.model_copy(
                    update={
                        "edits": (*(() if no_edits else recipe.edits), *edits),
                        "compare": recipe.compare or compare,
                        "variants": tuple(dict.fromkeys((*recipe.variants, *variants))),
                    }
                )
                done.append(made_again(bridge, found.changed(recipe=recipe), reporter, anew=named))
            except BridgeError as error:
                failures.append(error)
                if not json:
                    show_error(error)
    if json:
        print_json({"takes": [take_as_data(t) for t in done], "errors": [error_as_data(e) for e in failures]})
    elif done:
        show_takes(done)
    if failures:
        raise typer.Exit(failures[0].exit_code)
    if any(rendering.error for take in done for rendering in take.take.renderings):
        raise typer.Exit(PluginError.exit_code)


def _with_presets(
    recipe: Recipe, library: PresetLibrary, names: list[str], all_presets: bool
) -> tuple[Recipe, frozenset[str]]:
    """The recipe with these presets besides its own, and their slugs. Raises PresetUnknown, PresetInvalid."""
    wanted = library.readable() if all_presets else [p for name in names for p in library.choose(name)]
    slugs = tuple(dict.fromkeys((*recipe.presets, *(preset.slug for preset in wanted))))
    named = frozenset() if all_presets else frozenset(preset.slug for preset in wanted)
    return recipe.model_copy(update={"presets": slugs}), named
