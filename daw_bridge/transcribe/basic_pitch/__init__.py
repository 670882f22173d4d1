"""basic-pitch's network with decoding of our own: windows -> posteriors -> notes."""
