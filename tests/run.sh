#!/usr/bin/env bash
# The tests, with all the real parts they need. `bash tests/run.sh [PYTEST ARGUMENTS]`
# On Debian as root what is missing is installed; elsewhere tests whose real part is missing are skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

debian_packages=(
  # the test VST3: JUCE and what it builds with
  g++ cmake ninja-build pkg-config juce-modules-source juce-tools libfreetype-dev libx11-dev libxrandr-dev
  libxinerama-dev libxcursor-dev libxext-dev libasound2-dev libfontconfig1-dev libgl-dev
  # windows: a display, a window manager, a hand that clicks
  xvfb openbox xdotool
  # a DAW that takes our files in, a second reader of MIDI files
  ardour midicsv
  # MIDI ports and a synth without hardware, and what records it
  jackd2 libportaudio2
  # loops that nobody here made
  lmms-common
)
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  missing=()
  for package in "${debian_packages[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    echo "installing ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  fi
fi

# The test plugins are compiled while the environment is made and the checks run.
plugins=
if [ -d /usr/share/juce ]; then
  bash tests/real/vst3/build.sh &
  plugins=$!
fi

command -v uv >/dev/null && uv=(uv) || uv=(python3 -m uv)
"${uv[@]}" --version >/dev/null 2>&1 || python3 -m pip install --quiet uv
unset PYTHONDONTWRITEBYTECODE # half of a short command's time is compiling what it imports
"${uv[@]}" sync --quiet --group dev --compile-bytecode
run=("${uv[@]}" run --no-sync)

"${run[@]}" ruff format --check .
"${run[@]}" ruff check .
"${run[@]}" mypy
"${run[@]}" lint-imports
[ -z "$plugins" ] || wait "$plugins"
if [ $# -gt 0 ]; then
  exec "${run[@]}" pytest "$@"
fi
exec "${run[@]}" pytest -n 2 --dist loadfile --no-loadscope-reorder --max-worker-restart=0
