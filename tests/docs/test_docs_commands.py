"""Every `daw-bridge …` in a code block of README and docs names a command and options that exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer.main

from daw_bridge.cli.app import app
from tests.docs.generate import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def commands() -> list[tuple[str, str]]:
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        inline = re.findall(r"`(?:uv run |python3 -m uv run )?daw-bridge( [^`\n]*)`", text)
        blocks = re.findall(r"```[a-z]*\n(.*?)```", text, re.S)
        lines = [
            match[1]
            for block in blocks
            for line in block.replace("\\\n", " ").splitlines()
            if (match := re.search(r"(?:^|run |\$ )daw-bridge( [^#&|…]*)", line.strip()))
        ]
        found += [(page.relative_to(ROOT).as_posix(), words.strip()) for words in [*inline, *lines]]
    return found


@pytest.mark.parametrize(("page", "words"), commands())
def test_a_command_in_the_docs_exists(page: str, words: str) -> None:
    arguments = shlex.split(words)
    command = typer.main.get_command(app)
    while arguments and hasattr(command, "commands") and not arguments[0].startswith("-"):
        alternatives = arguments.pop(0).split("|")  # `presets list|show|check`
        for name in alternatives:
            assert name in command.commands, f"{page}: there is no `daw-bridge {words}`"
        command = command.commands[alternatives[0]]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    used = [word for word in arguments if re.match(r"--?[a-z]", word)]
    assert set(used) <= known, f"{page}: `daw-bridge {words}`"


def test_commands_of_the_training_in_the_docs_are_some() -> None:
    from daw_bridge.training.__main__ import _parser

    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    lines = re.findall(r"^python -m daw_bridge\.training (.*)$", text, re.M)
    assert len(lines) > 10
    for line in lines:
        _parser().parse_args(shlex.split(line, comments=True))  # ends where there is no such thing
    scripts = re.findall(r"\bbash ([\w/]+\.sh)\b", text)
    assert "daw_bridge/training/remake.sh" in scripts
    assert all((ROOT / script).is_file() for script in scripts)


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\((?!http|#)([^)#]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert not broken


def test_yaml_in_the_docs_is_what_the_schema_takes() -> None:
    from daw_bridge.core.document import Schema, parse_document
    from daw_bridge.core.errors import DocumentInvalid
    from daw_bridge.deliver.take import Recipe
    from daw_bridge.presets import Preset
    from daw_bridge.settings import SessionSettings

    class TakeFile(Schema):
        recipe: Recipe

    for name, model in (("settings", SessionSettings), ("presets", Preset), ("takes", TakeFile)):
        page = Path("docs", "usage", f"{name}.md")
        blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.S)
        assert blocks
        for block in blocks:
            parse_document(block, model, DocumentInvalid, where=page)
