"""How far the maps are from what they should say."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

SOUNDING_WEIGHT, ONSET_WEIGHT, OFFSET_WEIGHT, VELOCITY_WEIGHT = 4.0, 1.0, 0.4, 4.0
FEWEST_NOTES = 8.0
"""Batches with fewer notes than this don't count for more."""


def losses(logits: Tensor, wanted: Tensor) -> dict[str, Tensor]:
    """The loss of each map, and `total`; both tensors are [clips, 4 maps, steps, 88].

    Cross-entropies are taken as they are, without weights for rare notes, so that the maps remain
    probabilities; they are counted per note (`sounding`: per key and step that sounds), so that
    batches with many and with few notes weigh alike.
    """
    sounding, onset, offset, velocity = logits.float().unbind(1)
    is_sounding, is_onset, is_offset, is_velocity = wanted.unbind(1)
    notes = is_onset.sum().clamp(min=FEWEST_NOTES)
    found = {
        "sounding": _entropy(sounding, is_sounding) / is_sounding.sum().clamp(min=100.0),
        "onset": _entropy(onset, is_onset) / notes,
        "offset": _entropy(offset, is_offset) / notes,
        "velocity": (is_onset * (velocity.sigmoid() - is_velocity).square()).sum() / notes,
    }
    found["total"] = (
        SOUNDING_WEIGHT * found["sounding"]
        + ONSET_WEIGHT * found["onset"]
        + OFFSET_WEIGHT * found["offset"]
        + VELOCITY_WEIGHT * found["velocity"]
    )
    return found


def _entropy(logits: Tensor, wanted: Tensor) -> Tensor:
    """Binary cross-entropy, less what the targets themselves hold: 0 is perfect."""
    entropy = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="sum")
    own = -(torch.special.xlogy(wanted, wanted) + torch.special.xlogy(1 - wanted, 1 - wanted)).sum()
    return entropy - own
