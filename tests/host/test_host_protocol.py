"""What host and worker say comes over as it was said, errors in their own class."""

from __future__ import annotations

from pathlib import Path

import pytest

from daw_bridge.core.errors import BridgeError, Mistake, ParameterInvalid, PluginSilent
from daw_bridge.host.protocol import (
    Doing,
    EffectSetup,
    Failed,
    InstrumentSetup,
    Load,
    Loaded,
    Render,
    Rendered,
    Reply,
    Request,
    decode,
    encode,
    error_of,
    failed,
)

SYNTH = InstrumentSetup(
    "plugin", "/p/s.vst3", "S", None, None, None, {"wave": "Säge", "mix": 0.5, "on": True}
)
REVERB = EffectSetup("reverb", None, None, {"wet_level": 0.2}, "/p", ("effects", 0, "reverb"))


@pytest.mark.parametrize(
    "message",
    [
        Load(SYNTH, 44_100),
        Render(SYNTH, [REVERB], {"notes": []}, 1, 48_000, [(0.0, 97.0)], -3.0, None, "/tmp/1.npy"),
        Doing("S 1.0", "loading", 2.5),
        Loaded("S 1.0"),
        Rendered("S 1.0", 480, ["so\nso"]),
        Failed("plugin-silent", "what", None, "advice"),
        Failed("parameter-invalid", "w", None, "a", [Mistake(("effects", 0, "reverb", "mix"), "w")]),
    ],
)
def test_messages_survive_the_way(message: Request | Reply) -> None:
    line = encode(message)
    assert line.count(b"\n") == 1
    assert decode(line) == message


@pytest.mark.parametrize("kind", [ParameterInvalid, PluginSilent])
def test_errors_keep_their_class_and_words(kind: type[BridgeError]) -> None:
    error = kind("It is so.", where=Path("/a/b"), advice="Do that.")
    received = error_of(failed(error))
    assert type(received) is kind
    assert str(received) == str(error)
