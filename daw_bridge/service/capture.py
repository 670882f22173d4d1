"""What doors call to capture a plugin's sound as a preset, and to change one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daw_bridge.core.errors import PluginError, PluginMissing, TakeInvalid
from daw_bridge.deliver.take_file import TAKE_SUFFIX, load_take
from daw_bridge.host.capture import Captured, Source, capture
from daw_bridge.host.errands import Tell
from daw_bridge.host.finder import PluginFile
from daw_bridge.host.naming import Naming
from daw_bridge.host.parameters import Value, key_of
from daw_bridge.host.plugins import Plugins
from daw_bridge.presets import StoredPreset, factory_folder, slug_of
from daw_bridge.presets.capture import (
    BACKUP_SUFFIX,
    check_new,
    has_comments,
    read_source,
    save_preset,
    with_sound,
)
from daw_bridge.service.bridge import Bridge
from daw_bridge.settings import user_folder


@dataclass(frozen=True)
class Wishes:
    """How the sound is found: by the user in the plugin's window, unless that is not shown.

    `parameters` are set first. `audition` is a take whose part plays meanwhile.
    """

    show_editor: bool = True
    parameters: Mapping[str, Value] | None = None
    audition: Path | None = None


@dataclass(frozen=True)
class Saved:
    """The preset as written; `copied_from` is the factory's, when that was to be changed."""

    preset: StoredPreset
    warnings: tuple[str, ...]
    copied_from: StoredPreset | None = None


def capture_preset(
    bridge: Bridge,
    name: str,
    plugin: str,
    wishes: Wishes,
    *,
    plugin_name: str | None = None,
    vstpreset: Path | None = None,
    tags: tuple[str, ...] = (),
    replaces: bool = False,
    tell: Tell = lambda doing: None,
) -> Saved:
    """Write the sound of a plugin, called so or at this path, as the user's preset `name`.

    Raises PluginError, DisplayMissing, PresetExists, PresetInvalid.
    """
    plugins = Plugins.of_user(bridge.user)
    found = plugins.find(plugin)
    inner = plugin_name or found.plugin_name
    instrument = {"plugin": found.path.stem} if _finds(plugins, found) else {"path": str(found.path)}
    document: dict[str, Any] = {
        "name": name,
        **({"tags": list(tags)} if tags else {}),
        "instrument": {**instrument, **({"plugin_name": inner} if inner else {})},
    }
    folder, slug = user_folder() / "presets", slug_of(name)
    check_new(folder, slug, document, replaces=replaces)
    source = Source(
        found.path, found.name, inner, vstpreset=vstpreset, parameters=dict(wishes.parameters or {})
    )
    captured = _capture(source, wishes, bridge, tell)
    return Saved(_save(folder, slug, document, captured), captured.warnings)


def edit_preset(
    bridge: Bridge, preset: StoredPreset, wishes: Wishes, *, tell: Tell = lambda doing: None
) -> Saved:
    """Open a preset again and write it back; a factory preset is left, and copied to the user's folder."""
    is_factory = preset.path.parent.resolve() == factory_folder().path.resolve()
    folder = user_folder() / "presets" if is_factory else preset.path.parent
    original = preset if is_factory else None
    document = read_source(preset)
    instrument = preset.preset.instrument
    before = f"{preset.path.name}{BACKUP_SUFFIX}"
    lost = () if is_factory or not has_comments(preset) else (f"Its comments are gone: see {before}.",)
    if instrument.faust is not None:
        return Saved(_edit_faust(bridge, preset, document, wishes, folder), lost, original)
    plugins = Plugins.of_user(bridge.user)
    setup = Naming(plugins.folders, (), plugins.catalog).instrument(preset, instrument)
    source = Source(
        Path(setup.path),
        setup.label,
        setup.plugin_name,
        state=Path(setup.state) if setup.state else None,
        vstpreset=Path(setup.vstpreset) if setup.vstpreset else None,
        parameters={**setup.parameters, **(wishes.parameters or {})},
    )
    captured = _capture(source, wishes, bridge, tell)
    return Saved(_save(folder, preset.slug, document, captured), (*captured.warnings, *lost), original)


def midi_of(take: Path) -> Path:
    """The MIDI file of a take: of its take file, its folder, or the file itself. Raises TakeInvalid."""
    if take.is_dir():
        take = next(iter(sorted(take.glob(f"*{TAKE_SUFFIX}"))), take)
    midi = take.parent / load_take(take).midi[0].file if take.name.endswith(TAKE_SUFFIX) else take
    if not midi.is_file():
        raise TakeInvalid("There is no take here.", where=take, advice="Name a take's folder or take file.")
    return midi


def _capture(source: Source, wishes: Wishes, bridge: Bridge, tell: Tell) -> Captured:
    return capture(
        source,
        show_editor=wishes.show_editor,
        time_limit_s=bridge.user.render_limit,
        audition=None if wishes.audition is None else midi_of(wishes.audition),
        tell=tell,
    )


def _finds(plugins: Plugins, file: PluginFile) -> bool:
    """Whether the file's name alone leads to it, on any machine that has it installed."""
    try:
        return plugins.find(file.path.stem).path == file.path
    except PluginMissing:
        return False


def _save(folder: Path, slug: str, document: Mapping[str, Any], captured: Captured) -> StoredPreset:
    sounding = with_sound(document, captured.parameters, has_state=True, slug=slug)
    heading = f"Captured from {captured.plugin.name} {captured.plugin.version}."
    return save_preset(folder, slug, sounding, captured.state, heading=heading)


def _edit_faust(
    bridge: Bridge, preset: StoredPreset, document: dict[str, Any], wishes: Wishes, folder: Path
) -> StoredPreset:
    if wishes.show_editor or not wishes.parameters:
        raise PluginError(
            "The embedded instruments have no window.",
            where=preset.name,
            advice="Set parameters with --no-editor and --set NAME=VALUE, or edit the preset's file.",
        )
    set_now = {key_of(name) for name in wishes.parameters}
    kept = {k: v for k, v in preset.preset.instrument.parameters.items() if key_of(k) not in set_now}
    parameters = {**kept, **wishes.parameters}
    edited = with_sound(document, parameters, has_state=False, slug=preset.slug)
    checked = preset.preset.model_validate(edited)
    bridge.check(StoredPreset(preset.slug, preset.path, checked))
    return save_preset(folder, preset.slug, edited, None)
