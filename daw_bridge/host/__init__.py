"""Part + preset -> sound: plugins and Faust instruments, each in a worker process that may crash alone.

`Host.render` fits the part to the instrument (`fitting`), takes a worker from the `pool`, and asks it
(`protocol`); the worker plays (`worker/`) and hands the sound back in a file.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from daw_bridge.host.finder import PluginFile, find_plugin, installed_plugins
    from daw_bridge.host.host import Host, Played, Rendering

__all__ = ["Host", "Played", "PluginFile", "Rendering", "find_plugin", "installed_plugins"]


def __getattr__(name: str) -> Any:
    # Workers import this package too, and start in half the time without what only the host needs.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = "host" if name in ("Host", "Played", "Rendering") else "finder"
    return getattr(importlib.import_module(f"{__name__}.{module}"), name)
