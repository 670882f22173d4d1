"""`daw-bridge ports`: the MIDI ports that there are."""

from __future__ import annotations

from daw_bridge.cli.console import print_json, stdout
from daw_bridge.cli.options import Json


def ports(json: Json = False) -> None:
    """List the MIDI ports: what can be played to, and what a clock can come in by.

    \b
    Example:
      daw-bridge ports
    """
    from rich.table import Table

    from daw_bridge.live.ports import list_ports

    found = list_ports()
    if json:
        print_json({"outputs": found.outputs, "inputs": found.inputs})
        return
    table = Table("port", "play to it", "clock from it", box=None, pad_edge=False)
    for name in dict.fromkeys((*found.outputs, *found.inputs)):
        plays, comes = ("yes" if name in names else "" for names in (found.outputs, found.inputs))
        table.add_row(name, plays, comes)
    console = stdout()
    if table.row_count:
        console.print(table)
    else:
        console.print('There are no MIDI ports. `daw-bridge play TAKE --virtual "DAW Bridge"` opens one.')
