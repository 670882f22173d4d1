"""YAML files that people write: read safely, checked against a schema, every mistake at once.

A document is bounded (1 MB, 32 levels, no aliases) before it is built, so that a file from a
stranger can't exhaust the machine. Every problem carries the line it stands on, and an unknown
key the known one that was probably meant.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from yaml.constructor import SafeConstructor

from daw_bridge.core.errors import DocumentInvalid

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
"""The safe ones, by libyaml where it is there: ten times as fast."""

MAX_BYTES = 1_000_000
MAX_DEPTH = 32

Location = tuple[str | int, ...]

_KEYS_AND_VALUES = "should hold keys and values, such as `key: value`"
_PLAINLY = {
    "model_type": _KEYS_AND_VALUES,
    "dict_type": _KEYS_AND_VALUES,
    "tuple_type": "should be a list, such as `[one, another]`",
    "string_type": "should be words",
    "bool_type": "should be true or false",
    "bool_parsing": "should be true or false",
    "int_type": "should be a whole number",
    "int_parsing": "should be a whole number",
    "int_from_float": "should be a whole number",
    "float_type": "should be a number",
    "float_parsing": "should be a number",
    "missing": "is missing",
}
"""Pydantic's kinds of error -> what a person who writes YAML calls them."""


class Schema(BaseModel):
    """The base of all that is read from YAML: frozen, and no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Model = TypeVar("Model", bound=Schema)


@dataclass(frozen=True)
class Problem:
    """One mistake: the line it stands on (from 1; 0 when unknown), the key's path, and what is wrong."""

    line: int
    key: str
    message: str

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{place}{self.key}: {self.message}" if self.key else f"{place}{self.message}"


def load_document(path: Path, model: type[Model], error: type[DocumentInvalid]) -> Model:
    """Read `path` as `model`; raises `error` with every problem, or that the file can't be read."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _invalid(error, path, [Problem(0, "", f"larger than {MAX_BYTES:,} bytes")])
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as cause:
        reason = cause.strerror if isinstance(cause, OSError) else "it is not UTF-8 text"
        raise error(
            f"can't be read: {reason}.", where=path, advice="Check the file's name and permissions."
        ) from cause
    return parse_document(text, model, error, where=path)


def lines_of(path: Path) -> dict[Location, int]:
    """The line of each key in a YAML file, from 1; none for a file that can't be read."""
    lines: dict[Location, int] = {}
    try:
        text = path.read_text(encoding="utf-8-sig")
        _check_bounds(text)
        root = yaml.compose(text, Loader=_LOADER)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return lines
    if root is not None:
        list(_index_lines(root, (), lines))
    return lines


def parse_document(
    text: str, model: type[Model], error: type[DocumentInvalid], *, where: Path | str
) -> Model:
    """Check the YAML `text` as `model`; raises `error` that lists every problem of `where`."""
    lines: dict[Location, int] = {}
    try:
        _check_bounds(text)
        root = yaml.compose(text, Loader=_LOADER)
        problems = list(_index_lines(root, (), lines)) if root is not None else []
        if problems:
            raise _invalid(error, where, problems)
        data = None if root is None else SafeConstructor().construct_document(root)
    except yaml.MarkedYAMLError as cause:
        line = cause.problem_mark.line + 1 if cause.problem_mark else 0
        raise _invalid(error, where, [Problem(line, "", cause.problem or "no valid YAML")]) from cause
    except (yaml.YAMLError, ValueError) as cause:  # ValueError: a date such as 2026-13-45
        raise _invalid(error, where, [Problem(0, "", str(cause))]) from cause
    try:
        return model.model_validate({} if data is None else data)
    except ValidationError as cause:
        raise _invalid(error, where, sorted(_problems(cause, model, lines), key=lambda p: p.line)) from cause


def dump_document(data: Any) -> str:
    """Plain data as YAML, keys in their order."""
    text: str = yaml.dump(data, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=110)
    return text


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """` Did you mean "x"?` for the nearest known word; otherwise the known words, at most twelve."""
    words = sorted(known)
    near = difflib.get_close_matches(wrong.lower(), [w.lower() for w in words], n=1, cutoff=0.6)
    if near:
        return f'Did you mean "{next(w for w in words if w.lower() == near[0])}"?'
    shown = ", ".join(words[:12]) + (", …" if len(words) > 12 else "")
    return f"Known: {shown}." if words else "None are known."


def _invalid(error: type[DocumentInvalid], where: Path | str, problems: Sequence[Problem]) -> DocumentInvalid:
    if str(where).startswith("--"):  # an option: there is no line to look for
        typed = [replace(problem, line=0) for problem in problems]
        return error(f"has {listing(typed)}", where=where, advice="Mend it, and try again.")
    return error(f"has {listing(problems)}", where=where, advice="Mend the file and save it.")


def listing(problems: Sequence[Problem]) -> str:
    """`2 mistakes:` and a line for each."""
    count = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
    return f"{count}:" + "".join(f"\n  {problem}" for problem in problems) + "\n"


def _check_bounds(text: str) -> None:
    if len(text) > MAX_BYTES:
        raise yaml.YAMLError(f"larger than {MAX_BYTES:,} bytes")
    depth = 0
    for token in yaml.scan(text, Loader=_LOADER):
        if isinstance(
            token,
            yaml.BlockMappingStartToken
            | yaml.BlockSequenceStartToken
            | yaml.FlowMappingStartToken
            | yaml.FlowSequenceStartToken,
        ):
            depth += 1
        elif isinstance(token, yaml.BlockEndToken | yaml.FlowMappingEndToken | yaml.FlowSequenceEndToken):
            depth -= 1
        elif isinstance(token, yaml.AliasToken):
            raise yaml.YAMLError("aliases (*name) are not used here")
        if depth > MAX_DEPTH:
            raise yaml.YAMLError(f"nested deeper than {MAX_DEPTH} levels")


def _index_lines(node: yaml.Node, location: Location, lines: dict[Location, int]) -> Iterable[Problem]:
    """Note each key's line in `lines`; yields a problem for each key that stands twice."""
    lines[location] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            inner = (*location, str(key_node.value))
            if inner in lines:
                yield Problem(key_node.start_mark.line + 1, dotted(inner), "stands twice")
            else:
                yield from _index_lines(value_node, inner, lines)
                lines[inner] = key_node.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _index_lines(item, (*location, index), lines)


def _problems(failure: ValidationError, model: type[Schema], lines: dict[Location, int]) -> Iterable[Problem]:
    for error in failure.errors(include_url=False):
        location = _known_part(error["loc"], lines)
        message = error["msg"].removeprefix("Value error, ").removeprefix("Input ")
        if error["type"] == "extra_forbidden":
            wrong = str(error["loc"][-1])
            message = f"unknown key. {did_you_mean(wrong, _known_keys(model, error['loc'][:-1]))}"
        else:
            message = _PLAINLY.get(error["type"], message)
        yield Problem(lines.get(location, lines.get(location[:-1], 0)), dotted(location), message)


def _known_part(location: Location, lines: dict[Location, int]) -> Location:
    """Pydantic puts names of union branches into the path; keep the steps that the document has."""
    known: Location = ()
    for step in location:
        if (*known, step) in lines:
            known = (*known, step)
        elif step == location[-1] and isinstance(step, str) and step.isidentifier():
            known = (*known, step)  # a missing key: it has no line, its parent has
    return known


def _known_keys(model: type[Schema], location: Location) -> set[str]:
    """The keys allowed at `location`, searched through the models that the fields mention.

    A model that is one of several is known by its title.
    """
    candidates: list[type[BaseModel]] = [model]
    for step in location:
        inner: list[type[BaseModel]] = []
        for candidate in candidates:
            for name, info in candidate.model_fields.items():
                if step in (name, info.alias):
                    inner.extend(_models_in(info.annotation))
        branch = [candidate for candidate in candidates if candidate.model_config.get("title") == step]
        candidates = inner or branch or candidates
    return {info.alias or name for candidate in candidates for name, info in candidate.model_fields.items()}


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in getattr(annotation, "__args__", ()) for model in _models_in(inner)]


def dotted(location: Location) -> str:
    """`("effects", 0, "reverb")` -> `effects[1].reverb`, as people count."""
    text = ""
    for step in location:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text
