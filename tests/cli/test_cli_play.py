"""What `play` and `record` refuse before anything is opened."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Shell


@pytest.mark.parametrize("name", ["", " "])
@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("--port", ["play", "bass"]),
        ("--virtual", ["play", "bass"]),
        ("--clock-in", ["play", "bass", "--virtual", "Bass", "--sync", "clock"]),
        ("--port", ["record", "bass", "--audio-in", "Scarlett"]),
        ("--audio-in", ["record", "bass", "--port", "minilogue"]),
    ],
)
def test_an_empty_name_is_a_mistake(daw_bridge: Shell, words: list[str], option: str, name: str) -> None:
    done = daw_bridge(*words, option, name)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"'{option}': The name is empty" in done.stderr


@pytest.mark.parametrize("words", [["--loop"], ["--from", "0"], ["--to", "4"], ["--anywhere"]])
def test_what_does_not_go_with_arrivals_is_a_mistake(daw_bridge: Shell, words: list[str]) -> None:
    done = daw_bridge("play", "--on-arrival", "--virtual", "Bass", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{words[0]}: With --on-arrival a take is played once" in done.stderr
