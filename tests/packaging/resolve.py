"""On which systems the project installs: `uv run python -m tests.packaging.resolve [--write]`.

Resolves, without installing, for every Python and system that we name, and prints a table of the answers.
`--write` puts the table into docs/usage/install.md. Ends with 1 when something does not resolve.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from tests.packaging.uv import ROOT, run_uv, write_overrides

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = {
    "Linux x86-64": "x86_64-manylinux_2_34",
    "macOS arm64": "aarch64-apple-darwin",
    "Windows x86-64": "x86_64-pc-windows-msvc",
}
PACKAGES = ("pedalboard", "dawdreamer", "onnxruntime", "numpy", "supriya-midi")
YES, NO = "yes", "no"
PAGE = ROOT / "docs" / "usage" / "install.md"
_STRETCH = re.compile(r"(?<=<!-- generated: resolution -->\n).*?(?=<!-- end of resolution -->)", re.S)


@dataclass(frozen=True)
class Cell:
    """Whether the project installs with this Python on this system, and with which versions."""

    python: str
    system: str
    answer: str
    versions: dict[str, str]
    error: str = ""

    def row(self) -> str:
        """The cell as a line of the table."""
        versions = (self.versions.get(package, "") for package in PACKAGES)
        return f"| {' | '.join((self.python, self.system, self.answer, *versions))} |"


def resolve(python: str, system: str) -> Cell:
    """Resolve from wheels alone: whoever installs needs no compiler."""
    with tempfile.TemporaryDirectory() as folder:
        ran = run_uv(
            *("pip", "compile", "pyproject.toml", "--all-extras", "--only-binary", ":all:"),
            *("--python", sys.executable, "--python-version", python, "--python-platform", SYSTEMS[system]),
            *("--overrides", write_overrides(Path(folder)), "--no-header", "--no-annotate"),
            environment={"MACOSX_DEPLOYMENT_TARGET": "14.0"},
        )
    if ran.returncode != 0:
        return Cell(python, system, NO, {}, ran.stderr)
    pins = (line.split("==") for line in ran.stdout.splitlines() if "==" in line)
    return Cell(python, system, YES, {name: version.split()[0] for name, version in pins})


def resolve_all() -> list[Cell]:
    """Every Python on every system."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda pair: resolve(*pair), product(PYTHONS, SYSTEMS)))


def table(cells: Sequence[Cell]) -> str:
    """The cells as a table in Markdown."""
    head = f"| Python | system | installs | {' | '.join(PACKAGES)} |"
    return "\n".join([head, "|---" * (3 + len(PACKAGES)) + "|", *(cell.row() for cell in cells), ""])


def answers_in(page: str) -> Iterator[tuple[str, str, str]]:
    """(Python, system, answer) of each row of the page's table; versions may drift."""
    found = _STRETCH.search(page)
    for line in (found.group() if found else "").splitlines()[2:]:
        python, system, answer = (field.strip() for field in line.split("|")[1:4])
        yield python, system, answer


if __name__ == "__main__":
    resolved = resolve_all()
    print(table(resolved))
    for cell in resolved:
        if cell.answer == NO:
            print(f"Python {cell.python} on {cell.system}:\n{cell.error}", file=sys.stderr)
    if "--write" in sys.argv:
        text = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(_STRETCH.sub(lambda _: table(resolved), text), encoding="utf-8")
    sys.exit(any(cell.answer == NO for cell in resolved))
