"""A take's part played into hardware, and its sound recorded as a rendering of the take."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from daw_bridge.core.errors import NothingHeard
from daw_bridge.core.wav import write_wav
from daw_bridge.deliver.placing import deliver_file
from daw_bridge.deliver.take import DeliveredTake, TakeRecorded, TakeRendering
from daw_bridge.deliver.take_file import FoundTake, find_take
from daw_bridge.live.audio_in import AudioInput
from daw_bridge.live.ping import Latency
from daw_bridge.live.playing import LivePlayer, Moment
from daw_bridge.live.program import Patch
from daw_bridge.live.recording import TAIL_S, Hardware, Recording
from daw_bridge.live.wire import Piece, Setup
from daw_bridge.service.auditioning import TakeSong, Wish
from daw_bridge.service.bridge import Bridge
from daw_bridge.service.revoicing import revoice


@dataclass(frozen=True)
class HardwareSetup:
    """Where the part goes, by which channel (1 to 16) and patch, and where its sound comes back.

    `inputs` are counted from 1; the first two of the device where none is named. `name` is the synth's.
    """

    port: str
    audio_in: str
    inputs: Sequence[int] = ()
    channel: int | None = None
    patch: Patch = field(default_factory=Patch)
    name: str | None = None
    fitted: str | None = None
    """The preset that the song was fitted to, if any."""
    latency: Latency | None = None
    """Where it is known; else it is measured."""
    tail_s: float = TAIL_S
    """How long after the part its last sound is waited for."""


def record(
    bridge: Bridge,
    found: FoundTake,
    song: TakeSong,
    hardware: HardwareSetup,
    *,
    on_step: Callable[[str], None] = lambda step: None,
    on_moment: Callable[[Moment], None] = lambda moment: None,
) -> tuple[DeliveredTake, TakeRendering]:
    """Play `song`, the take's, and record it at the bounce's rate, from the bounce's first sample on.

    The file is put beside the take's others, and never over one of them. Raises LiveError, NothingHeard,
    DeliveryFailed, and what making the take again raises.
    """
    piece = song.piece(Wish(channel=hardware.channel, patch=hardware.patch, in_place=False))
    if not piece.program.channels:
        raise NothingHeard("The take has no notes to play.", where=found.file, advice="See its edits.")
    bounce, placed = found.take.bounce, found.take.tempo.to_grid().placed(found.take.place.beat)
    with (
        AudioInput(hardware.audio_in, hardware.inputs, bounce.rate_hz) as source,
        LivePlayer(Setup(hardware.port, "", "none")) as player,
    ):
        synth = Hardware(player, source, hardware.tail_s)
        latency = hardware.latency
        if latency is None:
            on_step("listening for a ping")
            latency = synth.measure(piece)
            piece = Piece(replace(piece.program, first=()), piece.tempo)  # the patch is chosen
        on_step("recording")
        recording = synth.record(
            piece,
            latency,
            from_s=placed.start_s,
            duration_s=bounce.duration_s,
            rate_hz=bounce.rate_hz,
            on_moment=on_moment,
        )
        port, audio_input = player.port, source.name
    name = _file_name(hardware.name or port)
    file = deliver_file(
        found.folder, f"{found.folder.name} - {name}", ".wav", partial(write_wav, recording.clip), None
    )
    rendering = TakeRendering(
        name=hardware.name or port,
        recorded=TakeRecorded(
            port=port,
            audio_input=audio_input,
            latency_ms=round(1000 * latency.latency_s, 1),
            made=datetime.now().isoformat(timespec="seconds"),
            fitted=hardware.fitted,
        ),
        file=file.path.name,
        sha256=file.sha256,
        duration_s=round(recording.clip.duration_s, 6),
        made_of=song.sha256,
        warnings=(*recording.warnings, *_clipped(recording, found)),
    )
    now = find_take(found.file)  # it may have been made again meanwhile
    with_it = now.changed(renderings=(*now.take.renderings, rendering))
    return revoice(bridge, with_it, lambda event: None), rendering


def _clipped(recording: Recording, found: FoundTake) -> tuple[str, ...]:
    if recording.clipped_s is None:
        return ()
    placed = found.take.tempo.to_grid().placed(found.take.place.beat)
    place = placed.position_near(recording.clipped_s)
    return (f"The input clipped, first at {place}: turn the synth down, or the input's gain.",)


def _file_name(name: str) -> str:
    """Without what a system doesn't allow in file names; JACK's ports have a colon."""
    return " ".join(re.sub(r'[\x00-\x1f<>:"/\\|?*]', " ", name).split()).strip(" .") or "hardware"
