"""`daw-bridge ports`: the MIDI ports that there are, and the audio inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from daw_bridge.cli.console import print_json, stdout
from daw_bridge.cli.options import Json

if TYPE_CHECKING:
    from daw_bridge.live.audio_in import InputDevice


def ports(json: Json = False) -> None:
    """List the MIDI ports: what can be played to, and what a clock can come in by.

    With the extra `hardware` also the audio inputs that `daw-bridge record` can record from.

    \b
    Example:
      daw-bridge ports
    """
    from rich.table import Table

    from daw_bridge.live.ports import list_ports, where_none_is

    found, audio = list_ports(), _audio_inputs()
    if json:
        names = [device.name for device in audio]
        print_json({"outputs": found.outputs, "inputs": found.inputs, "audio_inputs": names})
        return
    table = Table("port", "play to it", "clock from it", box=None, pad_edge=False)
    for name in dict.fromkeys((*found.outputs, *found.inputs)):
        plays, comes = ("yes" if name in names else "" for names in (found.outputs, found.inputs))
        table.add_row(name, plays, comes)
    console = stdout()
    if table.row_count:
        console.print(table)
    else:
        console.print(f"There are no MIDI ports. {where_none_is('output')}")
    if audio:
        table = Table("audio device", "inputs", box=None, pad_edge=False)
        for device in audio:
            table.add_row(device.name, str(device.channels))
        console.print(table)


def _audio_inputs() -> Sequence[InputDevice]:
    """None where the extra is not installed."""
    from daw_bridge.core.errors import RecorderMissing
    from daw_bridge.live.audio_in import list_inputs

    try:
        return list_inputs()
    except RecorderMissing:
        return ()
