"""Folder events become settled bounces: files that have been written to their end."""

from daw_bridge.watch.folder import FolderWatch

__all__ = ["FolderWatch"]
