"""Part + preset -> sound: plugins and Faust instruments, each in a worker process that may crash alone.

`Host.render` fits the part to the instrument (`fitting`), takes a worker from the `pool`, and asks it
(`protocol`); the worker plays (`worker/`) and hands the sound back in a file.
"""

from daw_bridge.host.finder import PluginFile, find_plugin, installed_plugins
from daw_bridge.host.host import Host, Rendering

__all__ = ["Host", "PluginFile", "Rendering", "find_plugin", "installed_plugins"]
