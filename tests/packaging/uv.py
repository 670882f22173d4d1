"""Running uv, and what pyproject.toml tells it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def find_uv() -> list[str]:
    """The uv that runs us, the one on the path, or a python3's own."""
    if "UV" in os.environ:  # `uv run` sets it
        return [os.environ["UV"]]
    found = shutil.which("uv")
    return [found] if found else ["python3", "-m", "uv"]


def run_uv(
    *arguments: str | Path, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run uv quietly, in the project's folder."""
    return subprocess.run(
        [*find_uv(), *map(str, arguments), "--quiet"],
        cwd=ROOT,
        env=os.environ | (environment or {}),
        capture_output=True,
        text=True,
        timeout=500,
    )


def project() -> dict[str, Any]:
    """pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def write_overrides(folder: Path, *more: str) -> Path:
    """The project's overrides in a file, for `--overrides`: `uv pip` does not read them itself."""
    path = folder / "overrides.txt"
    path.write_text(
        "\n".join([*project()["tool"]["uv"]["override-dependencies"], *more]) + "\n", encoding="utf-8"
    )
    return path
