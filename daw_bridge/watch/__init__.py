"""Folder events become settled bounces: files that have been written to their end."""

from daw_bridge.watch.folder import FolderWatch
from daw_bridge.watch.names import is_preset_name, is_take_name

__all__ = ["FolderWatch", "is_preset_name", "is_take_name"]
