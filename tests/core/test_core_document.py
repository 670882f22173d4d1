from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from daw_bridge.core.document import MAX_BYTES, Schema, did_you_mean, load_document, parse_document
from daw_bridge.core.errors import SettingsInvalid


class Inner(Schema):
    depth: int = Field(0, ge=0)


class Outer(Schema):
    name: str = ""
    inner: Inner = Inner()
    several: tuple[Inner, ...] = ()


def parse(text: str) -> Outer:
    return parse_document(text, Outer, SettingsInvalid, where="some.yaml")


def problems(text: str) -> list[str]:
    with pytest.raises(SettingsInvalid) as raised:
        parse(text)
    return [line.strip() for line in raised.value.what.splitlines()[1:]]


def test_a_right_document_is_read() -> None:
    assert parse("name: x\ninner: {depth: 2}\nseveral: [{depth: 3}]").several[0].depth == 3
    assert parse("") == Outer()


def test_every_mistake_is_told_at_once_with_its_line() -> None:
    found = problems("nmae: x\ninner:\n  depth: -1\nseveral:\n  - {depth: 1}\n  - {dpeth: 1}\n")
    assert found == [
        'line 1: nmae: unknown key. Did you mean "name"?',
        "line 3: inner.depth: should be greater than or equal to 0",
        'line 6: several[2].dpeth: unknown key. Did you mean "depth"?',
    ]


def test_mistakes_are_told_in_the_words_of_who_writes_yaml() -> None:
    assert problems("name: [x]\ninner: {depth: deep}\nseveral: one\n") == [
        "line 1: name: should be words",
        "line 2: inner.depth: should be a whole number",
        "line 3: several: should be a list, such as `[one, another]`",
    ]


def test_a_key_that_stands_twice_is_a_mistake() -> None:
    assert problems("name: a\nname: b\n") == ["line 2: name: stands twice"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1\nb: }", "line 2: did not find expected ',' or ']'"),
        ("- 1", "line 1: should hold keys and values, such as `key: value`"),
        ("a: &x [*x]", "aliases (*name) are not used here"),
        ("[" * 40, "nested deeper than 32 levels"),
        ("x" * (MAX_BYTES + 1), "larger than 1,000,000 bytes"),
        ("a: !!python/object/apply:os.system [ls]", "line 1: could not determine a constructor"),
        ("name: \x00", "unacceptable character"),
    ],
)
def test_what_is_no_document_is_told_and_costs_nothing(text: str, said: str) -> None:
    assert said in problems(text)[0]


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_in_our_words(text: str) -> None:
    try:
        parse(text)
    except SettingsInvalid as error:
        assert error.advice


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"name: \xff")
    for path in (tmp_path / "missing.yaml", tmp_path / "latin.yaml", tmp_path):
        with pytest.raises(SettingsInvalid, match=str(path)):
            load_document(path, Outer, SettingsInvalid)


def test_the_nearest_word_is_offered_or_all_of_them() -> None:
    assert did_you_mean("cutof", ["Cutoff", "attack"]) == 'Did you mean "Cutoff"?'
    assert did_you_mean("zzz", ["b", "a"]) == "Known: a, b."
    assert did_you_mean("x", []) == "None are known."
