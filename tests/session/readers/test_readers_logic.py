"""Logic projects. All of them are synthetic: written here by hand, after projects of Logic 10 to 12."""

from __future__ import annotations

import plistlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.errors import SessionFileInvalid
from daw_bridge.core.meters import TimeSignature
from daw_bridge.session.readers.logic import Logic, metadata_file
from daw_bridge.session.readers.plist import property_list
from tests.session.readers.mutations import read_or_refused

METADATA = {
    "AudioFiles": ["bass.wav", "drums.wav"],
    "BeatsPerMinute": 97.5,
    "HasARAPlugins": False,
    "NumberOfTracks": 12,
    "SampleRate": 48_000,
    "SongGenderKey": "minor",
    "SongKey": "F♯",
    "SongSignatureDenominator": 8,
    "SongSignatureNumerator": 7,
}
INFORMATION = {
    "ActiveVariant": 0,
    "LastSavedFrom": "Logic Pro 11.1 (6180)",
    "VariantNames": {"0": "Night Drive"},
}


def write(
    folder: Path,
    metadata: dict[str, Any] | bytes,
    information: dict[str, Any] | None = None,
    *,
    alternative: int = 0,
    form: plistlib.PlistFormat = plistlib.FMT_BINARY,
) -> Path:
    project = folder / "Night Drive.logicx"
    file = project / "Alternatives" / f"{alternative:03d}" / "MetaData.plist"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(metadata if isinstance(metadata, bytes) else plistlib.dumps(metadata, fmt=form))
    if information is not None:
        (project / "Resources").mkdir(exist_ok=True)
        (project / "Resources" / "ProjectInformation.plist").write_bytes(
            plistlib.dumps(information, fmt=form)
        )
    return project


@pytest.mark.parametrize("form", [plistlib.FMT_BINARY, plistlib.FMT_XML])
def test_the_first_tempo_and_meter(tmp_path: Path, form: plistlib.PlistFormat) -> None:
    info = Logic().read(write(tmp_path, METADATA, INFORMATION, form=form))
    assert info.daw == "Logic Pro 11.1"
    assert info.grid.tempo.initial_bpm == 97.5
    assert info.grid.meters.initial == TimeSignature(7, 8)
    assert info.rate_hz == 48_000
    assert info.start_s is None
    assert "only the first tempo and meter are known" in info.notes[0]


def test_the_alternative_that_is_open(tmp_path: Path) -> None:
    write(tmp_path, METADATA)
    project = write(
        tmp_path, METADATA | {"BeatsPerMinute": 140}, INFORMATION | {"ActiveVariant": 2}, alternative=2
    )
    assert Logic().read(project).grid.tempo.initial_bpm == 140.0
    assert metadata_file(project) == project / "Alternatives" / "002" / "MetaData.plist"


def test_a_project_without_information(tmp_path: Path) -> None:
    project = write(tmp_path, {"BeatsPerMinute": 97})
    info = Logic().read(project)
    assert (info.daw, info.rate_hz, info.grid.meters.initial) == ("Logic Pro", None, TimeSignature())
    assert metadata_file(project) == project / "Alternatives" / "000" / "MetaData.plist"


@pytest.mark.parametrize(
    ("metadata", "says"),
    [
        (b"", "no property list"),
        (b"bplist00", "no property list"),
        (plistlib.dumps(METADATA, fmt=plistlib.FMT_BINARY)[:-40], "no property list"),
        (plistlib.dumps(METADATA)[:200], "no property list"),
        (b'<!DOCTYPE p [<!ENTITY a "b">]>' + plistlib.dumps(METADATA), "no property list"),
        (plistlib.dumps([METADATA]), "no property list"),
        (plistlib.dumps([METADATA], fmt=plistlib.FMT_BINARY), "no dictionary"),
        ({"SongKey": "C"}, "wrote no tempo"),
        ({"BeatsPerMinute": "fast"}, "understood"),
        ({"BeatsPerMinute": 1e9}, "10 to 999 BPM"),
        (METADATA | {"SongSignatureDenominator": 7}, "no time signature"),
    ],
)
def test_what_is_broken_is_refused(tmp_path: Path, metadata: dict[str, Any] | bytes, says: str) -> None:
    with pytest.raises(SessionFileInvalid, match=says):
        Logic().read(write(tmp_path, metadata))


def test_a_file_instead_of_a_folder_and_an_empty_folder(tmp_path: Path) -> None:
    file = tmp_path / "a.logicx"
    file.write_bytes(b"")
    with pytest.raises(SessionFileInvalid, match="no folder"):
        Logic().read(file)
    (tmp_path / "b.logicx").mkdir()
    with pytest.raises(SessionFileInvalid, match="can't be read"):
        Logic().read(tmp_path / "b.logicx")


def test_arrays_that_share_their_bytes_cost_nothing(tmp_path: Path) -> None:
    """4,000 arrays of the same 4,000 references: 16 million entries out of 24 KB, were they built."""
    arrays, references = 4_000, 4_000
    content = bytearray(b"bplist00")
    offsets = [len(content)]
    content += b"\xa1\x00\x01"  # the top, which should be a dictionary
    shared = b"\xaf\x11" + references.to_bytes(2, "big")
    for _ in range(arrays):
        offsets.append(len(content))
        content += shared
    content += b"\0\0" * references
    table = len(content)
    content += b"".join(offset.to_bytes(2, "big") for offset in offsets)
    content += bytes(6) + bytes([2, 2]) + b"".join(n.to_bytes(8, "big") for n in (len(offsets), 0, table))
    with pytest.raises(SessionFileInvalid):
        Logic().read(write(tmp_path, bytes(content)))


VALUES = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=300)


@given(st.dictionaries(st.text(max_size=20), VALUES, max_size=300))
def test_binary_lists_read_as_plistlib_writes_them(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, int | float | str]
) -> None:
    file = tmp_path_factory.mktemp("lists") / "a.plist"
    file.write_bytes(plistlib.dumps(values | {"list of files": [1]}, fmt=plistlib.FMT_BINARY))
    assert property_list(file) == values


def test_mutations_are_read_or_refused(tmp_path: Path) -> None:
    project = write(tmp_path, METADATA, INFORMATION)
    contents = [plistlib.dumps(METADATA, fmt=form) for form in (plistlib.FMT_BINARY, plistlib.FMT_XML)]
    words = [
        b"\xff" * 8,
        b"\xdf\x13",
        b"\xaf",
        b"<dict>",
        b"</dict>",
        b"<integer>",
        b"nan",
        b"<!ENTITY a 'b'>",
    ]
    refused = read_or_refused(
        Logic(), project, contents, words, target=project / "Alternatives/000/MetaData.plist"
    )
    assert 1_000 < refused < 9_500
