"""Ardour 7 as a user runs it, on a display of its own: it makes sessions and imports files into them.

Ardour has no command for importing, but its editor has Lua callbacks: `import.lua` is put into its settings
as one, and calls what the Import dialog calls.
"""

from __future__ import annotations

import base64
import contextlib
import os
import re
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.display import display

TICKS_PER_BEAT = 1920
"""Ardour's own."""
RATE_HZ = 48_000
TIMEOUT_S = 60.0
PROGRAMS = ("ardour", "ardour7-lua")

HERE = Path(__file__).parent

CONFIG = f"""<?xml version="1.0" encoding="UTF-8"?>
<Ardour>
  <Config>
    <Option name="try-autostart-engine" value="1"/>
    <Option name="hide-dummy-backend" value="0"/>
  </Config>
  <Extra>
    <AudioMIDISetup>
      <EngineStates>
        <State backend="None (Dummy)" driver="Normal Speed" device="Silence" input-device="" output-device=""
          sample-rate="{RATE_HZ}" buffer-size="1024" n-periods="0" input-latency="0" output-latency="0"
          lm-input="" lm-output="" active="1" use-buffered-io="0" midi-option="1 in, 1 out, Silence" lru="1">
          <MIDIDevices/>
        </State>
      </EngineStates>
    </AudioMIDISetup>
  </Extra>
</Ardour>
"""
"""An audio engine that starts by itself and needs no device."""
UI_CONFIG = (
    '<?xml version="1.0"?><Ardour><UI><Option name="sandbox-all-lua-scripts" value="0"/></UI></Ardour>'
)
"""Lua scripts may open files."""
EVERY_SIGNAL = "1" * 49


@dataclass(frozen=True)
class ImportedFile:
    """A file, and the beat that it is dropped at; a MIDI file may bring its tempo map."""

    path: Path
    beat: float
    take_tempo: bool = False


@dataclass(frozen=True)
class Region:
    """Where a clip lies in Ardour."""

    kind: str
    start_sample: int
    start_tick: int
    samples: int


@dataclass(frozen=True)
class MidiNote:
    """A note in Ardour, from its clip's start."""

    pitch: int
    velocity: int
    tick: int
    ticks: int


@dataclass(frozen=True)
class Beat:
    """What Ardour holds for the tempo and meter at a beat, and where the beat lies."""

    beat: float
    tempo_bpm: float
    meter: str
    sample: int


@dataclass
class Report:
    """What a session holds after an import."""

    regions: list[Region] = field(default_factory=list)
    notes: list[MidiNote] = field(default_factory=list)
    beats: list[Beat] = field(default_factory=list)


class Ardour:
    """Sessions of Ardour in `folder`, which also holds its settings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._home = folder / "home"
        self._settings = self._home / ".config" / "ardour7"
        self._settings.mkdir(parents=True)
        (self._settings / ".a7").touch()  # else it asks what a first start asks
        (self._settings / "config").write_text(CONFIG)
        (self._settings / "ui_config").write_text(UI_CONFIG)

    def create_session(self, *, tempos: str, meters: str) -> Path:
        """A session's file; `tempos` and `meters` as `session.lua` says."""
        folder = self.folder / "session"
        arguments = [str(folder), str(RATE_HZ), tempos, meters]
        made = subprocess.run(
            ["ardour7-lua", str(HERE / "session.lua"), *arguments],
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        session = folder / "session.ardour"
        assert session.is_file(), f"Ardour makes no session:\n{made.stdout}{made.stderr}"
        lines = session.read_text().splitlines(keepends=True)
        # Without the hint at the engine that made it, it is opened with the one that the settings name.
        session.write_text("".join(line for line in lines if "<EngineHints" not in line))
        return session

    def import_files(
        self, session: Path, files: Sequence[ImportedFile], *, beats: Sequence[float] = ()
    ) -> Report:
        """Open the session, drop the files, save it; what lies where then, and what holds at `beats`."""
        own = Path(tempfile.mkdtemp(dir=self.folder))
        pipe, log = own / "report", own / "log"
        os.mkfifo(pipe)
        (self._settings / "ui_scripts").write_text(_callback(files, beats, pipe))
        reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        with (
            os.fdopen(reading, "rb", buffering=0) as report,
            display(own) as name,
            self._running(session, name, log) as process,
        ):
            return _parsed(_read_report(report.fileno(), process, log))

    @contextlib.contextmanager
    def _running(self, session: Path, name: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
        with log.open("wb") as output:
            process = subprocess.Popen(
                ["ardour", "--no-announcements", "--no-splash", "--disable-plugins", str(session)],
                env={**self._environment(), "DISPLAY": name, "ARDOUR_TRY_AUTOSTART_ENGINE": "1"},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            try:
                yield process
            finally:
                process.kill()
                process.wait()

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
        return {**inherited, "HOME": str(self._home)}


def installed_ardour(folder: Path) -> Ardour:
    """Ardour with settings of its own in `folder`. Skips, or fails in CI, where it is not installed."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        reason = f"{', '.join(missing)} not installed (tests/run.sh installs Ardour on Debian)"
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI drops our files into a real DAW, and {reason}")
        pytest.skip(reason)
    return Ardour(folder)


def _callback(files: Sequence[ImportedFile], beats: Sequence[float], report: Path) -> str:
    """`ui_scripts`, Ardour's file of callbacks: Lua that makes a table that holds Lua, in base 64."""
    listed = ", ".join(
        f"{{path = {_lua(str(file.path))}, tick = {round(file.beat * TICKS_PER_BEAT)}, "
        f"take_tempo = {str(file.take_tempo).lower()}}}"
        for file in files
    )
    head = (
        f"local FILES = {{{listed}}}\n"
        f"local BEATS = {{{', '.join(map(repr, beats))}}}\n"
        f"local REPORT = {_lua(str(report))}\n"
    )
    body = head + (HERE / "import.lua").read_text()
    saved = f's = {{}} s["n"] = "import" s["s"] = "" s["f"] = {_lua(body)} s["a"] = {{}} '
    encoded = base64.b64encode(saved.encode()).decode()
    return (
        '<?xml version="1.0"?>\n<UIScripts><ActionHooks>'
        f'<LuaCallback lua="Lua 5.3" id="999" name="import" signals="{EVERY_SIGNAL}">{encoded}</LuaCallback>'
        "</ActionHooks></UIScripts>\n"
    )


def _lua(text: str) -> str:
    """A Lua string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\\n")
    return f'"{escaped}"'


def _read_report(pipe: int, process: subprocess.Popen[bytes], log: Path) -> str:
    """All that `import.lua` tells, up to its last line."""
    deadline = time.monotonic() + TIMEOUT_S
    content = ""
    while not re.search(r"^(done|failed)\t.*\n", content, re.MULTILINE):
        ready, _, _ = select.select([pipe], [], [], 0.25)
        content += os.read(pipe, 1 << 16).decode() if ready else ""
        gone = process.poll() is not None or time.monotonic() > deadline
        assert not gone, f"Ardour imports nothing:\n{content}{log.read_text()[-4000:]}"
    assert "\ndone\t" in f"\n{content}", f"Ardour's import fails:\n{content}"
    return content


def _ticks(beats: str) -> int:
    """ "2:960", beats and ticks -> 4800."""
    whole, _, rest = beats.partition(":")
    return int(whole) * TICKS_PER_BEAT + int(rest)


def _parsed(text: str) -> Report:
    report = Report()
    for line in text.splitlines():
        kind, *fields = line.split("\t")
        if kind == "region":
            report.regions.append(Region(fields[0], *map(int, fields[1:])))
        elif kind == "note":
            pitch, velocity, start, length = fields
            report.notes.append(MidiNote(int(pitch), int(velocity), _ticks(start), _ticks(length)))
        elif kind == "beat":
            beat, tempo, numerator, denominator, sample = map(float, fields)
            report.beats.append(Beat(beat, tempo, f"{numerator:g}/{denominator:g}", int(sample)))
    return report
