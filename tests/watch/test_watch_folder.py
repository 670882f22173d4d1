"""The watch on real folders: threads, notices, polling. Every bounce is awaited."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.intake.files import wav_bytes
from tests.watch.watched import AUDIO, BOUNCE, Watched


def test_bounces_made_while_it_was_off_are_found_at_start(watched: Watched) -> None:
    watched.write("bass.wav")
    watched.write("verse/lead.wav")
    watched.watch()
    assert watched.next_names(2) == {"bass.wav", "verse/lead.wav"}
    watched.assert_no_more()


def test_bounces_dropped_while_it_runs_are_reported_once_each(watched: Watched) -> None:
    watched.watch()
    watched.write("bass.wav")
    watched.write("Léad ♭.aif")
    assert watched.next_names(2) == {"bass.wav", "Léad ♭.aif"}
    watched.assert_no_more()


def test_a_file_renamed_from_a_temporary_name_is_reported_under_its_last_name(watched: Watched) -> None:
    watched.watch()
    watched.write("bass.wav.tmp").rename(watched.path / "bass.wav")
    assert watched.next_names(1) == {"bass.wav"}
    watched.assert_no_more()


def test_a_renamed_bounce_is_a_new_bounce(watched: Watched) -> None:
    watched.watch()
    bounce = watched.write("bass.wav")
    assert watched.next_names(1) == {"bass.wav"}
    bounce.rename(watched.path / "bass@glassy-digital-pad.wav")
    assert watched.next_names(1) == {"bass@glassy-digital-pad.wav"}


def test_a_file_moved_into_the_folder_is_reported(watched: Watched, tmp_path: Path) -> None:
    watched.watch()
    elsewhere = tmp_path / "bass.wav"
    elsewhere.write_bytes(BOUNCE)
    elsewhere.rename(watched.path / "bass.wav")
    assert watched.next_names(1) == {"bass.wav"}


def test_an_overwritten_bounce_is_reported_again(watched: Watched) -> None:
    watched.watch()
    watched.write("bass.wav")
    assert watched.next_names(1) == {"bass.wav"}
    watched.write("bass.wav", wav_bytes(AUDIO * 2))
    assert watched.next_names(1) == {"bass.wav"}
    watched.assert_no_more()


def test_a_touched_bounce_is_reported_again(watched: Watched) -> None:
    watched.watch()
    bounce = watched.write("bass.wav")
    assert watched.next_names(1) == {"bass.wav"}
    os.utime(bounce, (1_000_000_000, 1_000_000_000))
    assert watched.next_names(1) == {"bass.wav"}


def test_sub_folders_made_later_are_watched(watched: Watched) -> None:
    watched.watch()
    watched.write("verse/fat-analog-sub/bass.wav")
    assert watched.next_names(1) == {"verse/fat-analog-sub/bass.wav"}
    watched.write("verse/fat-analog-sub/bass 2.wav")
    assert watched.next_names(1) == {"verse/fat-analog-sub/bass 2.wav"}


def test_a_folder_of_bounces_moved_in_is_watched(watched: Watched, tmp_path: Path) -> None:
    watched.watch()
    stems = tmp_path / "stems"
    stems.mkdir()
    (stems / "bass.wav").write_bytes(BOUNCE)
    stems.rename(watched.path / "stems")
    assert watched.next_names(1) == {"stems/bass.wav"}
    watched.write("stems/lead.wav")
    assert watched.next_names(1) == {"stems/lead.wav"}


def test_side_files_hidden_files_and_ignored_folders_are_left_alone(watched: Watched, tmp_path: Path) -> None:
    delivered = watched.path / "Bridge"
    delivered.mkdir()
    link = tmp_path / "another way"
    link.symlink_to(delivered, target_is_directory=True)
    watched.watch(ignore=[link, watched.path / "not there"])
    for name in ("bass.wav.asd", "bass.reapeaks", "._bass.wav", "bass.wav.part", "notes.txt"):
        watched.write(name)
    watched.write("Bridge/bass/bass - Fat Analog Sub.wav")
    watched.write(".bridge/cache.wav")
    watched.assert_no_more()


def test_a_file_is_not_reported_before_its_header_is_kept(watched: Watched) -> None:
    watched.watch(give_up_s=600.0)
    half = wav_bytes(AUDIO[:1000], promised_bytes=len(AUDIO))
    bounce = watched.write("bass.wav", half)
    watched.assert_no_more()
    with bounce.open("ab") as file:
        file.write(AUDIO[1000:])
    assert watched.next_names(1) == {"bass.wav"}


@pytest.mark.parametrize("promised_bytes", [0, 0xFFFFFFFF, len(AUDIO) + 2], ids=["none", "unknown", "more"])
def test_a_header_that_stays_unkept_is_reported_in_the_end(noticed: Watched, promised_bytes: int) -> None:
    noticed.watch(give_up_s=0.4)
    noticed.write("bass.wav", wav_bytes(AUDIO, promised_bytes=promised_bytes))
    assert noticed.next_names(1) == {"bass.wav"}


def test_a_bounce_deleted_before_it_settles_is_forgotten(watched: Watched) -> None:
    watched.watch(settle_s=1.0)
    watched.write("bass.wav").unlink()
    watched.assert_no_more()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_a_pipe_with_an_audio_name_is_not_opened(watched: Watched) -> None:
    os.mkfifo(watched.path / "bass.wav")
    watched.watch()
    watched.assert_no_more()
