"""Plugins are found by their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from daw_bridge.core.errors import PluginMissing
from daw_bridge.host.finder import PluginFile, find_plugin, installed_plugins


@pytest.fixture(autouse=True)
def no_plugins_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("daw_bridge.host.finder.standard_folders", list)


def bundle(path: Path) -> Path:
    (path / "Contents" / "x86_64-linux" / f"{path.stem}.vst3").mkdir(parents=True)
    return path


def test_bundles_and_files_are_listed_by_name(tmp_path: Path) -> None:
    surge = bundle(tmp_path / "Surge Synth Team" / "Surge XT.vst3")
    vital = tmp_path / "Vital.VST3"
    vital.touch()
    unit = bundle(tmp_path / "Massive.component")
    (tmp_path / "readme.txt").touch()
    assert installed_plugins([tmp_path]) == [
        PluginFile("Massive", unit, "AU"),
        PluginFile("Surge XT", surge, "VST3"),
        PluginFile("Vital", vital, "VST3"),
    ]


def test_the_first_folder_and_vst3_come_first(tmp_path: Path) -> None:
    first = bundle(tmp_path / "a" / "Synth.vst3")
    bundle(tmp_path / "b" / "Synth.vst3")
    bundle(tmp_path / "b" / "Synth.component")
    assert find_plugin("synth", [tmp_path / "a", tmp_path / "b"]).path == first


@pytest.mark.parametrize("name", ["Surge XT", "surge xt", "SurgeXT", "surge-xt"])
def test_names_may_differ_in_case_and_signs(tmp_path: Path, name: str) -> None:
    surge = bundle(tmp_path / "Surge XT.vst3")
    assert find_plugin(name, [tmp_path]).path == surge


def test_a_missing_plugin_says_which_is_meant(tmp_path: Path) -> None:
    bundle(tmp_path / "Surge XT.vst3")
    with pytest.raises(PluginMissing, match='Did you mean "Surge XT"'):
        find_plugin("Surge TX", [tmp_path])


def test_folders_that_are_not_there_hold_nothing(tmp_path: Path) -> None:
    assert installed_plugins([tmp_path / "nowhere"]) == []
