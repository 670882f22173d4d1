"""Our own network, trained by `daw_bridge.training`: sound -> spectra -> maps -> notes."""
