"""What plays the lines: SoundFonts, our Faust instruments, a DX7, a voice made of partials,
organs made of stops, Debian's synthesizers, recorded instruments, the pipes of an organ, patches.

Each has `play(rng, performance, sound, length_s)` and gives one channel at 44,100 Hz.
"""

from pathlib import Path

import platformdirs

PLAY_RATE_HZ = 44_100
SAMPLES = Path(platformdirs.user_cache_dir("daw-bridge")) / "samples" / "node_modules"
"""npm packages (docs/training.md installs them)."""
