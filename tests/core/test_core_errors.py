from __future__ import annotations

import inspect
from pathlib import Path

from daw_bridge.core import errors
from daw_bridge.core.errors import BridgeError

CLASSES = [cls for _, cls in inspect.getmembers(errors, inspect.isclass) if issubclass(cls, BridgeError)]


def test_an_error_says_what_where_and_what_to_do() -> None:
    error = BridgeError("It is silent.", where=Path("bass.wav"), advice="Unmute it.")
    assert str(error) == "bass.wav: It is silent. Unmute it."


def test_every_error_has_a_name_of_its_own() -> None:
    codes = [cls.code for cls in CLASSES]
    assert len(set(codes)) == len(codes)
