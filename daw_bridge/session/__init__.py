"""Session: what a DAW's project folder, its settings and a bounce's name say about the take."""
