"""A bounce comes in: it is checked, fingerprinted, and turned into an AudioClip."""

from daw_bridge.intake.bounce import Bounce
from daw_bridge.intake.listen import inspect, listen

__all__ = ["Bounce", "inspect", "listen"]
