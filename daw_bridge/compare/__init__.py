"""A part's rendering beside the bounce: which bars are worth a look."""

from __future__ import annotations

from daw_bridge.compare.bars import BarAgreement, compare, worth_a_look

__all__ = ["BarAgreement", "compare", "worth_a_look"]
