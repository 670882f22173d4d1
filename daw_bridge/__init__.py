"""DAW Bridge: bounce a stem, get the part back as MIDI and as your own instrument's audio.

The flow, and the packages that are its steps:

    watch -> intake -> transcribe -> edit -> render (host) -> deliver

`flow` puts them in order, in its `pipeline`; `journal` remembers where each bounce is, `service` is what
every door (`cli`) calls. `core` holds the words that all of them share.
"""

from functools import cache


@cache
def version() -> str:
    """The installed version."""
    from importlib.metadata import version as installed_version

    return installed_version("daw-bridge")
