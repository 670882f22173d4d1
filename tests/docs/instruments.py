"""The tables of the embedded instruments and the factory presets, read from their own files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from daw_bridge.host.host import EMBEDDED_FOLDER
from daw_bridge.presets import PresetLibrary, StoredPreset, factory_folder
from daw_bridge.presets.phrases import FAMILIES

PICTURES = Path(__file__).parents[2] / "docs" / "pictures" / "presets"
"""Drawn by `python -m tests.docs.pictures`."""

_DECLARED = re.compile(r'^declare (\w+) "(.*)";', re.MULTILINE)
_SLIDER = re.compile(
    r'hslider\("(?:h:(?P<group>\w+)/)?(?P<name>\w+)(?P<about>[^"]*)",'
    r"\s*(?P<initial>[-.\d]+), (?P<lowest>[-.\d]+), (?P<highest>[-.\d]+)"
)
_ABOUT = re.compile(r"\[(\w+): ?([^\]]*)\]")


class Control(NamedTuple):
    """One slider, as its source says it."""

    group: str
    name: str
    unit: str
    tooltip: str
    initial: str
    lowest: str
    highest: str

    @property
    def row(self) -> str:
        """A row of the table."""
        unit = f" {self.unit}" if self.unit else ""
        spoken = f"{self.lowest} to {self.highest}{unit}"
        return f"| {self.group} | `{self.name}` | {self.initial}{unit} | {spoken} | {self.tooltip} |"


def controls_of(source: str) -> list[Control]:
    """The sliders of a .dsp file, in their order."""
    found = []
    for match in _SLIDER.finditer(source):
        about = dict(_ABOUT.findall(match["about"]))
        found.append(
            Control(
                (match["group"] or "").replace("_", " "),
                match["name"],
                about.get("unit", "").strip(),
                about.get("tooltip", "").strip(),
                match["initial"],
                match["lowest"],
                match["highest"],
            )
        )
    return found


def instrument_tables() -> str:
    """Every embedded instrument: what it is, and a table of its controls."""
    return "\n\n".join(_instrument_tables())


def _instrument_tables() -> Iterator[str]:
    for path in sorted(EMBEDDED_FOLDER.glob("*.dsp")):
        source = path.read_text(encoding="utf-8")
        declared = dict(_DECLARED.findall(source))
        rows = [control.row for control in controls_of(source)]
        head = f"### {declared['name']}\n\n{declared['description']}."
        yield "\n".join(
            [head, "", "| part | control | at first | range | what it does |", "|---|---|---|---|---|", *rows]
        )


def preset_table() -> str:
    """Every factory preset, by its first tag and its name."""
    rows = [
        f"| [{it.name}]({it.path.name}) | {', '.join(it.preset.tags)} | {it.preset.instrument.faust} "
        f"| {it.preset.description} |"
        for it in sorted(_factory_presets(), key=lambda it: (it.preset.tags[0], it.slug))
    ]
    return "\n".join(["| preset | tags | instrument | sound |", "|---|---|---|---|", *rows])


def sound_tables() -> str:
    """Every factory preset with its picture, a table a family."""
    return "\n\n".join(_sound_table(family) for family in FAMILIES)


def _sound_table(family: str) -> str:
    rows = [
        f"| ![Spectrogram of {it.name}](../pictures/presets/{it.slug}.png) "
        f"| **[{it.name}](../../presets/{it.path.name})**<br>{it.preset.description}<br>"
        f"{' '.join(f'`{tag}`' for tag in it.preset.tags)} |"
        for it in _factory_presets()
        if it.preset.tags[0] == family
    ]
    return "\n".join([f"## {family.capitalize()}", "", "| picture | sound |", "|---|---|", *rows])


def _factory_presets() -> list[StoredPreset]:
    library = PresetLibrary([factory_folder()])
    return [library.find(slug) for slug in library.slugs()]
