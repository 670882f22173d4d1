"""Live: in time with the DAW. MIDI ports, MIDI clock, Ableton Link."""
