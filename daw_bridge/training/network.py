"""The network: spectra at three time resolutions -> four maps over 88 keys.

It works where the notes are, on a plane of frames and keys, and shares its weights over both. A small
convolution reads each semitone; the semitones where a key's partials lie are stacked over the key;
residual blocks then look along time, over neighbouring keys and over octaves (depthwise), and mix what
they found (pointwise). What all keys do at a time tells how the instrument sounds: it is pooled,
followed over time, and handed back to every key.

Frames are 23 ms; each of the four maps has two values a frame, 11.6 ms apart.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from daw_bridge.transcribe.bridge.features import BINS_A_SEMITONE, CHANNELS, SEMITONES
from daw_bridge.transcribe.bridge.maps import KEYS, MAPS, STEPS_A_FRAME

PARTIALS = (-12, 0, 12, 19, 24, 28, 31, 34, 36)
"""Semitones from a key to its sub-octave and to its first eight partials, each to the nearest."""

COMBS = ((-12, 12, 5), (19, 12, 2), (28, 6, 2))
"""The same partials as evenly spaced rows: first, spacing, count."""

POOLED_DILATIONS = (1, 4, 12)
"""How far apart what is followed over time lies, layer by layer."""

PRIOR_LOGITS = (-3.0, -6.0, -6.0, 0.0)
"""Where the four maps start: most keys are silent, and few steps hold an onset."""


@dataclass(frozen=True)
class Shape:
    """How large the network is."""

    local: int = 16
    channels: int = 32
    wide: int = 48
    """Hidden channels of a block."""
    pooled: int = 64
    dilations: tuple[int, ...] = (1, 2, 4, 8, 16)
    pooled_after: int = 2

    def to_dict(self) -> dict[str, Any]:
        """For the checkpoint."""
        return asdict(self)

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Shape:
        """The reverse."""
        return Shape(**data | {"dilations": tuple(data["dilations"])})


def spacing_of(index: int) -> int:
    """How many semitones apart are the keys that a block looks at: neighbours and octaves take turns."""
    return 12 if index % 2 else 1


class Network(nn.Module):
    """float32 [clips, 4, frames, 309] -> logits [clips, 4 maps, 2 × frames, 88]."""

    def __init__(self, shape: Shape | None = None) -> None:
        super().__init__()
        self.shape = shape = shape or Shape()
        self.local = nn.Conv2d(CHANNELS, shape.local, (3, 5), stride=(1, BINS_A_SEMITONE), padding=(1, 1))
        self.local_norm = nn.BatchNorm2d(shape.local)
        self.stacked = nn.Conv2d(shape.local * len(PARTIALS), shape.channels, 1)
        self.stacked_norm = nn.BatchNorm2d(shape.channels)
        self.key_bias = nn.Parameter(torch.zeros(1, shape.channels, 1, KEYS))
        self.blocks = nn.ModuleList(
            _Block(shape, dilation, spacing_of(index)) for index, dilation in enumerate(shape.dilations)
        )
        self.pooled = _Pooled(shape)
        self.head = nn.Sequential(
            nn.Conv2d(shape.channels, shape.channels, 1),
            nn.ReLU(),
            nn.Conv2d(shape.channels, len(MAPS) * STEPS_A_FRAME, 1),
        )
        with torch.no_grad():
            self.head[2].bias.copy_(torch.tensor(PRIOR_LOGITS).repeat_interleave(STEPS_A_FRAME))

    def forward(self, heard: Tensor) -> Tensor:
        """See the class."""
        x = functional.relu(self.local_norm(self.local(heard)))
        x = functional.relu(self.stacked_norm(self._over_partials(x)) + self.key_bias)
        for index, block in enumerate(self.blocks):
            x = block(x)
            if index + 1 == self.shape.pooled_after:
                x = x + self.pooled(x)
        y = self.head(x)
        clips, _, frames, keys = y.shape
        y = y.reshape(clips, len(MAPS), STEPS_A_FRAME, frames, keys).transpose(2, 3)
        return y.reshape(clips, len(MAPS), frames * STEPS_A_FRAME, keys)

    def _over_partials(self, x: Tensor) -> Tensor:
        """[clips, local, frames, 103 semitones] -> [clips, channels, frames, 88 keys].

        What `stacked` would make of the partials' semitones laid over one another; as convolutions over
        the evenly spaced among them, which copies nothing and takes a third of the time.
        """
        found: list[Tensor] = []
        for (first, spacing, count), kernel in zip(COMBS, self.comb_kernels(), strict=True):
            end = KEYS + first + spacing * (count - 1)
            heard = functional.pad(x[..., max(first, 0) :], (max(-first, 0), max(end - SEMITONES, 0)))
            bias = None if found else self.stacked.bias
            found.append(functional.conv2d(heard, kernel, bias, dilation=(1, spacing)))
        return found[0] + found[1] + found[2]

    def comb_kernels(self) -> list[Tensor]:
        """The weights of `stacked`, comb by comb: [channels, local, 1, count] each."""
        weights = dict(zip(PARTIALS, self.stacked.weight.chunk(len(PARTIALS), dim=1), strict=True))
        return [
            torch.cat([weights[first + spacing * tooth] for tooth in range(count)], dim=3)
            for first, spacing, count in COMBS
        ]


class _Block(nn.Module):
    """Looks along time and over keys (or octaves), then mixes; adds what it found."""

    def __init__(self, shape: Shape, dilation: int, spacing: int) -> None:
        super().__init__()
        width, wide = shape.channels, shape.wide
        self.time = nn.Conv2d(
            width, width, (5, 1), padding=(2 * dilation, 0), dilation=(dilation, 1), groups=width
        )
        self.keys = nn.Conv2d(
            width, width, (1, 5), padding=(0, 2 * spacing), dilation=(1, spacing), groups=width
        )
        self.widen = nn.Conv2d(width, wide, 1)
        self.narrow = nn.Conv2d(wide, width, 1)
        with torch.no_grad():
            # Each block begins as almost nothing, so that the stack needs no normalisation.
            self.narrow.weight.mul_(0.2)
            self.narrow.bias.zero_()

    def forward(self, x: Tensor) -> Tensor:
        """The same shape."""
        seen = depthwise(x, self.time) + depthwise(x, self.keys)
        return x + self.narrow(functional.relu(self.widen(seen)))


def depthwise(x: Tensor, convolution: nn.Conv2d) -> Tensor:
    """The convolution of each channel by itself, along one axis; the same shape.

    torch is slow at dilated ones: so these are taken along the first axis, and have a gradient of their
    own. A training step takes half the time.
    """
    along, across = convolution.dilation
    weight, bias = convolution.weight, convolution.bias
    if along == across == 1:
        return convolution(x)
    if across == 1:
        return _Dilated.apply(x, weight, bias, along)
    clips, channels, frames, keys = x.shape
    rows = x.permute(0, 2, 3, 1).reshape(clips * frames, keys, 1, channels).permute(0, 3, 1, 2)
    found = _Dilated.apply(rows, weight.transpose(2, 3), bias, across)
    return found.permute(0, 2, 3, 1).reshape(clips, frames, keys, channels).permute(0, 3, 1, 2)


class _Dilated(torch.autograd.Function):
    """A depthwise convolution along the first axis, which keeps its length."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, dilation: int) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.dilation = dilation
        return _along(x, weight, bias, dilation)

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        x, weight = ctx.saved_tensors
        slope = slope.contiguous(memory_format=torch.channels_last)
        x_rows, slope_rows = x.permute(0, 2, 3, 1), slope.permute(0, 2, 3, 1)
        length, taps, found = x.shape[2], weight.shape[2], []
        for tap in range(taps):
            offset = (tap - taps // 2) * ctx.dilation
            inside = slice(max(-offset, 0), max(length - max(offset, 0), 0))
            moved = slice(inside.start + offset, max(inside.stop + offset, 0))
            heard, wanted = x_rows[:, moved].flatten(1, 2), slope_rows[:, inside].flatten(1, 2)
            # All channels with all others: far more than the diagonal, and still the fastest.
            found.append(torch.bmm(heard.transpose(1, 2), wanted).sum(dim=0).diagonal())
        of_weight = torch.stack(found, dim=1).reshape(weight.shape)
        return _along(slope, weight.flip(2), None, ctx.dilation), of_weight, slope.sum(dim=(0, 2, 3)), None


def _along(x: Tensor, weight: Tensor, bias: Tensor | None, dilation: int) -> Tensor:
    reach = dilation * (weight.shape[2] // 2)
    return functional.conv2d(x, weight, bias, padding=(reach, 0), dilation=(dilation, 1), groups=x.shape[1])


class _Pooled(nn.Module):
    """What all keys do at a time, followed over two seconds, as a bias for each channel."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.gather = nn.Conv1d(2 * shape.channels, shape.pooled, 1)
        self.follow = nn.ModuleList(
            nn.Conv1d(shape.pooled, shape.pooled, 5, padding=2 * dilation, dilation=dilation)
            for dilation in POOLED_DILATIONS
        )
        self.spread = nn.Conv1d(shape.pooled, shape.channels, 1)
        with torch.no_grad():
            self.spread.weight.mul_(0.2)

    def forward(self, x: Tensor) -> Tensor:
        """[clips, channels, frames, keys] -> [clips, channels, frames, 1]."""
        y = functional.relu(self.gather(torch.cat((x.mean(dim=3), x.amax(dim=3)), dim=1)))
        for follow in self.follow:
            y = y + functional.relu(follow(y))
        bias: Tensor = self.spread(y).unsqueeze(3)
        return bias


def averaged(shape: Shape, average: dict[str, torch.Tensor]) -> Network:
    """The network with the averaged weights, for use."""
    network = Network(shape)
    network.eval()
    network.load_state_dict(average)
    return network


def normalisation(norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Scale and shift of each channel."""
    assert norm.running_mean is not None and norm.running_var is not None
    scale = norm.weight.detach() / torch.sqrt(norm.running_var + norm.eps)
    return scale, norm.bias.detach() - scale * norm.running_mean
