"""Setting parameters of plugins that read their own words badly, or do not listen at all."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest

from daw_bridge.core.errors import ParameterInvalid
from daw_bridge.host.worker.plugin_parameters import set_parameters


@dataclass
class Cutoff:
    """A logarithmic cutoff, 20 Hz to 20 kHz, with the faults of real plugins (pedalboard #45, #393)."""

    reads_text: bool = True
    listens: bool = True
    name: str = "Cutoff"
    label: str | None = None
    type: type = float
    min_value: float = 20.0
    max_value: float = 20_000.0
    step_size: float | None = None
    approximate_step_size: float | None = 1.0
    position: float = 1.0

    @property
    def raw_value(self) -> float:
        return self.position

    @raw_value.setter
    def raw_value(self, value: float) -> None:
        self.position = value if self.listens else self.position

    @property
    def string_value(self) -> str:
        return self.get_text_for_raw_value(self.position)

    def get_text_for_raw_value(self, raw_value: float) -> str:
        hertz = 20.0 * 1000.0**raw_value
        if self.label is None:
            return f"{hertz:.2f}"
        return f"{hertz / 1000:.3f} kHz" if hertz >= 1000 else f"{hertz:.1f} Hz"

    def get_raw_value_for_text(self, text: str) -> float:
        return math.log(float(text) / 20.0, 1000.0) if self.reads_text else 0.0

    def get_raw_value_for(self, value: float) -> float:
        return round(math.log(value / 20.0, 1000.0), 2)


@dataclass
class Plugin:
    parameters: dict[str, Cutoff]


@pytest.mark.parametrize("reads_text", [True, False])
@pytest.mark.parametrize(("label", "wanted"), [(None, 320), ("Hz", "320 Hz"), ("Hz", "1.5 kHz")])
def test_the_value_is_met_however_the_plugin_writes_and_reads(
    reads_text: bool, label: str | None, wanted: int | str
) -> None:
    cutoff = Cutoff(reads_text=reads_text, label=label)
    assert set_parameters(Plugin({"cutoff": cutoff}), {"cutoff": wanted}, "Synth") == []
    hertz = 20.0 * 1000.0**cutoff.raw_value
    assert hertz == pytest.approx(1500 if "k" in str(wanted) else 320, rel=1e-3)


@pytest.mark.parametrize("text", ["raw 0.5", "raw: 0.5", "RAW .5"])
def test_a_raw_position_goes_round_what_the_plugin_says(text: str) -> None:
    cutoff = Cutoff(reads_text=False)
    assert set_parameters(Plugin({"cutoff": cutoff}), {"Cutoff": text}, "Synth") == []
    assert cutoff.raw_value == 0.5


def test_a_raw_position_is_between_0_and_1_and_read_back() -> None:
    with pytest.raises(ParameterInvalid, match=r'"1\.5" for cutoff is out of range. It takes 0 to 1'):
        set_parameters(Plugin({"cutoff": Cutoff()}), {"cutoff": "raw 1.5"}, "Synth")
    with pytest.raises(ParameterInvalid, match='Did you mean "cutoff"'):
        set_parameters(Plugin({"cutoff": Cutoff()}), {"cutof": "raw 0.5"}, "Synth")
    warnings = set_parameters(Plugin({"cutoff": Cutoff(listens=False)}), {"cutoff": "raw 0.5"}, "Synth")
    assert warnings == ["Synth ignored cutoff: raw 0.5; it stays at 20000.00."]


def test_a_plugin_that_does_not_listen_is_told_of() -> None:
    warnings = set_parameters(Plugin({"cutoff": Cutoff(listens=False)}), {"cutoff": 320}, "Synth")
    assert warnings == ["Synth ignored cutoff: 320.0; it stays at 20000.00."]
