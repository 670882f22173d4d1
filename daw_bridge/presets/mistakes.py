"""What an instrument refuses -> where that stands in the preset's file."""

from __future__ import annotations

from pathlib import Path

from daw_bridge.core.document import Problem, dotted, lines_of, listing
from daw_bridge.core.errors import ParameterInvalid


def by_line(error: ParameterInvalid, file: Path) -> ParameterInvalid:
    """The same error, of `file`, each mistake with its line; unchanged for a preset without a file."""
    if not file.is_file():
        return error
    lines = lines_of(file)
    problems = [
        Problem(lines.get(mistake.key, 0), dotted(mistake.key), mistake.what) for mistake in error.mistakes
    ]
    problems.sort(key=lambda problem: problem.line)
    what = f"{error.where}: {listing(problems)}"
    return ParameterInvalid(what, where=file, advice=error.advice, mistakes=error.mistakes)
