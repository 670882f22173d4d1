"""The child process: instruments and effects live here, and end with it when they crash.

Only this package imports DawDreamer or loads plugins. Started by `daw_bridge.host.process`.
"""
