"""What can go wrong: one class a cause, each with its name for machines and its exit code.

A message has three parts: what happened, to which file, and what to do about it.
`docs/errors.md` tables every class here; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar


class BridgeError(Exception):
    """Something that the user can understand and mend."""

    code: ClassVar[str] = "bridge"
    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, where: Path | str | None = None, advice: str) -> None:
        super().__init__(what, where, advice)
        self.what = what
        self.where = where
        self.advice = advice

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where is not None else ""
        return f"{place}{self.what} {self.advice}"


class InternalError(BridgeError):
    """Something that we did not foresee; the log has the details."""

    code = "internal"
    exit_code = 70

    @classmethod
    def of(cls, cause: Exception, *, where: Path | str | None = None) -> InternalError:
        """Wrap an unforeseen exception."""
        return cls(
            f"Something went wrong that we did not foresee ({type(cause).__name__}: {cause}).",
            where=where,
            advice="Please report it with the log and, if you can, the file.",
        )


# -- what the user wrote -------------------------------------------------------------------------


class DocumentInvalid(BridgeError):
    """A YAML file (settings, preset or take file) has mistakes; all of them are listed by line."""

    code = "document-invalid"
    exit_code = 3


class SettingsInvalid(DocumentInvalid):
    """`bridge.yaml` or the user's settings file has mistakes."""

    code = "settings-invalid"


class PresetInvalid(DocumentInvalid):
    """A preset has mistakes."""

    code = "preset-invalid"


class TakeInvalid(DocumentInvalid):
    """A take file has mistakes."""

    code = "take-invalid"


class TakeMissing(BridgeError):
    """No take has this name, or several have."""

    code = "take-missing"
    exit_code = 3


class TakeUnanswered(BridgeError):
    """Another bridge watches the take's session, and has not made the take again in time."""

    code = "take-unanswered"
    exit_code = 4


class EditInvalid(DocumentInvalid):
    """What `--edit` says is no edit, or has settings that it does not take."""

    code = "edit-invalid"


class PresetUnknown(BridgeError):
    """No preset has this name."""

    code = "preset-unknown"
    exit_code = 3


class PresetExists(BridgeError):
    """A preset of this name is there already, and is not overwritten."""

    code = "preset-exists"
    exit_code = 3


class EngineUnknown(BridgeError):
    """No transcription engine has this name."""

    code = "engine-unknown"
    exit_code = 3


# -- the session ---------------------------------------------------------------------------------


class SessionMissing(BridgeError):
    """The folder is no session: it has no `bridge.yaml`, or isn't there."""

    code = "session-missing"
    exit_code = 4


class SessionBusy(BridgeError):
    """Another bridge already watches this session."""

    code = "session-busy"
    exit_code = 4


class SessionFileInvalid(BridgeError):
    """The DAW's session file is damaged, too large, or not what its name says."""

    code = "session-file-invalid"
    exit_code = 4


class SessionFileClosed(BridgeError):
    """The DAW keeps its session in a format that can't be read; an exported tempo map can."""

    code = "session-file-closed"
    exit_code = 4


# -- the bounce ----------------------------------------------------------------------------------


class BounceError(BridgeError):
    """Something is wrong with the bounce."""

    code = "bounce"
    exit_code = 5


class BounceMissing(BounceError):
    """The file is not there (any more)."""

    code = "bounce-missing"


class BounceUnreadable(BounceError):
    """The file is no audio that we can read, or is damaged."""

    code = "bounce-unreadable"


class BounceTruncated(BounceError):
    """The header promises more audio than the file holds."""

    code = "bounce-truncated"


class BounceEmpty(BounceError):
    """The file holds no audio at all."""

    code = "bounce-empty"


class BounceSilent(BounceError):
    """The audio is there, and silent."""

    code = "bounce-silent"


class BounceAbandoned(BounceError):
    """The bridge was ended several times while it worked on this file, which is left alone now."""

    code = "bounce-abandoned"


class NothingHeard(BounceError):
    """There is sound, but no note was recognised in it."""

    code = "nothing-heard"


# -- transcription -------------------------------------------------------------------------------


class EngineMissing(BridgeError):
    """The engine's model or package is not installed."""

    code = "engine-missing"
    exit_code = 6


class EngineFailed(BridgeError):
    """The engine stopped with an error of its own."""

    code = "engine-failed"
    exit_code = 6


# -- separation ----------------------------------------------------------------------------------


class SeparatorMissing(BridgeError):
    """demucs, which separates mixes into stems, is not installed."""

    code = "separator-missing"
    exit_code = 6


class SeparatorWeightsMissing(BridgeError):
    """demucs could not download its weights."""

    code = "separator-weights-missing"
    exit_code = 6


class SeparatorFailed(BridgeError):
    """demucs stopped with an error of its own, or took too long."""

    code = "separator-failed"
    exit_code = 6


# -- instruments and effects ---------------------------------------------------------------------


class PluginError(BridgeError):
    """An instrument or effect did not do its part."""

    code = "plugin"
    exit_code = 7


class PluginMissing(PluginError):
    """The plugin is not on this machine."""

    code = "plugin-missing"


class PluginUnloadable(PluginError):
    """The plugin is there and refuses to load."""

    code = "plugin-unloadable"


class PluginSetAside(PluginError):
    """The plugin crashed or hung twice in this version, and is not opened until `plugins unblock`."""

    code = "plugin-set-aside"


class PluginCrashed(PluginError):
    """The plugin ended its worker process."""

    code = "plugin-crashed"


class PluginHung(PluginError):
    """The plugin did not answer within its time limit."""

    code = "plugin-hung"


class PluginSilent(PluginError):
    """The plugin rendered nothing but silence."""

    code = "plugin-silent"


class PluginOutputInvalid(PluginError):
    """The plugin rendered something that is no audio: NaN, infinity, or a wrong shape."""

    code = "plugin-output-invalid"


class PluginLatencyAbsurd(PluginError):
    """The plugin reports a latency of more than five seconds."""

    code = "plugin-latency-absurd"


class DisplayMissing(PluginError):
    """A plugin's window was asked for where there is no display to show it on."""

    code = "display-missing"


class AudioDeviceMissing(PluginError):
    """Something was to be heard where no audio device is connected, or none opens."""

    code = "audio-device-missing"


@dataclass(frozen=True)
class Mistake:
    """One of several things that are wrong in a document: the path of its key there, and what is wrong."""

    key: tuple[str | int, ...]
    what: str


class ParameterInvalid(PluginError):
    """A preset names a parameter that the instrument lacks, or a value it does not take."""

    code = "parameter-invalid"

    def __init__(
        self,
        what: str,
        *,
        where: Path | str | None = None,
        advice: str,
        mistakes: Iterable[Mistake] = (),
    ) -> None:
        super().__init__(what, where=where, advice=advice)
        self.mistakes = tuple(mistakes) or (Mistake((), what),)

    def placed(self, place: tuple[str | int, ...]) -> ParameterInvalid:
        """The same error of parameters that stand at `place` in the document."""
        moved = (Mistake((*place, *mistake.key), mistake.what) for mistake in self.mistakes)
        return ParameterInvalid(self.what, where=self.where, advice=self.advice, mistakes=moved)


# -- delivery ------------------------------------------------------------------------------------


class DeliveryFailed(BridgeError):
    """A file could not be written: no space, no permission, a path that is too long."""

    code = "delivery-failed"
    exit_code = 8


# -- live: ports, clock, Link ----------------------------------------------------------------------


class LiveError(BridgeError):
    """Something between the bridge and the DAW's MIDI, clock or Link is not there."""

    code = "live"
    exit_code = 9


class PortsUnavailable(LiveError):
    """This system has no MIDI, or its MIDI does not answer."""

    code = "ports-unavailable"


class PortMissing(LiveError):
    """No MIDI port has this name, or several have."""

    code = "port-missing"


class ClockMissing(LiveError):
    """No MIDI clock comes in."""

    code = "clock-missing"


class LinkUnavailable(LiveError):
    """Ableton Link can't be reached from this machine."""

    code = "link-unavailable"


class LinkMissing(LiveError):
    """Nobody is on Ableton Link."""

    code = "link-missing"


class RecorderMissing(LiveError):
    """sounddevice or PortAudio, which record hardware, are not installed."""

    code = "recorder-missing"


class AudioInputMissing(LiveError):
    """No audio input has this name, or several have; or it does not open, or is gone."""

    code = "audio-input-missing"


class HardwareSilent(LiveError):
    """Nothing is heard of the hardware: not its ping, or not its part."""

    code = "hardware-silent"


def error_class(code: str, otherwise: type[BridgeError] = BridgeError) -> type[BridgeError]:
    """The class that machines know by this name."""
    return next((kind for kind in _kinds(BridgeError) if kind.code == code), otherwise)


def _kinds(base: type[BridgeError]) -> Iterator[type[BridgeError]]:
    yield base
    for kind in base.__subclasses__():
        yield from _kinds(kind)
