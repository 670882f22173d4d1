"""What plays the lines: SoundFonts, our Faust instruments, a DX7, a voice made of partials,
organs made of stops, Debian's synthesizers, recorded instruments.

Each has `play(rng, performance, sound, length_s)` and gives one channel at 44,100 Hz.
"""

PLAY_RATE_HZ = 44_100
