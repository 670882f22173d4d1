"""An ONNX model on onnxruntime, and what its errors mean to who uses it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from daw_bridge.core.errors import BridgeError, EngineFailed, EngineMissing

Floats = npt.NDArray[np.float32]


class OnnxModel:
    """Opened at its first use, or by `prepare`, and kept. Safe to use from several threads.

    `find` tells the file, and raises EngineMissing where there is none; `mend` is the advice for a file
    that can't be loaded. A run takes `threads`, all cores without.
    """

    def __init__(self, name: str, find: Callable[[], Path], *, mend: str, threads: int = 0) -> None:
        self.name = name
        self._threads = threads
        self._find, self._mend = find, mend
        self._session: Any = None
        self._loading = threading.Lock()

    def prepare(self) -> None:
        """Begin to load; does not wait, and does not say what goes wrong."""

        def load() -> None:
            with contextlib.suppress(BridgeError):  # `run` meets it again, and says so
                self._load()

        threading.Thread(target=load, name=f"load {self.name}").start()

    def run(self, outputs: Sequence[str], inputs: Mapping[str, Floats]) -> list[Floats]:
        """The named outputs. Raises EngineMissing, EngineFailed."""
        session = self._load()
        try:
            answers: list[Floats] = session.run(list(outputs), dict(inputs))
        except _onnx_errors() as cause:
            raise EngineFailed(
                f"{self.name}'s model stopped with an error ({cause}).",
                advice="Free some memory and bounce again; report it if it happens again.",
            ) from cause
        return answers

    def metadata(self) -> Mapping[str, str]:
        """What the file says about itself. Raises EngineMissing."""
        found: dict[str, str] = self._load().get_modelmeta().custom_metadata_map
        return found

    def _load(self) -> Any:
        with self._loading:
            if self._session is None:
                self._session = self._opened(self._find())
            return self._session

    def _opened(self, path: Path) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        # Waiting threads would otherwise spin, and take the cores from the DAW and from rendering.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except _onnx_errors() as cause:
            raise EngineMissing(
                f"{self.name}'s model can't be loaded ({cause}).", where=path, advice=self._mend
            ) from cause


def _onnx_errors() -> tuple[type[Exception], ...]:
    """What onnxruntime raises: its own classes (each a bare Exception), and RuntimeError."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    return (state.Fail, state.InvalidProtobuf, state.NoSuchFile, state.RuntimeException, RuntimeError)
