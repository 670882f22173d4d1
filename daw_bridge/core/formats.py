"""Formats that takes are delivered in, besides MIDI and WAV."""

from typing import Literal

ExportFormat = Literal["dawproject"]
"""`.dawproject` holds the clip and its audio in place and in tempo, for Bitwig, Studio One and Cubase."""
