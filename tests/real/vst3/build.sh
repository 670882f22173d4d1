#!/usr/bin/env bash
# Builds the test synth into .cache/ at the repository's top and prints the folder that holds it.
# `build.sh [OUTDIR]` also copies it to OUTDIR. Needs Debian's JUCE and what it builds on (tests/run.sh
# installs them); under two minutes on two cores, and nothing at all while the sources stay the same.
set -euo pipefail

sources=$(cd "$(dirname "$0")" && pwd)
name="DAW Bridge Test Synth.vst3"
version=$(cd "$sources" && cat -- CMakeLists.txt *.h *.cpp build.sh | sha256sum | cut -c 1-16)
cache="$sources/../../../.cache/test-synth/$version"

if [ ! -d "$cache/$name" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  cmake -S "$sources" -B "$work" -G Ninja -DCMAKE_BUILD_TYPE=Release >&2
  cmake --build "$work" --target DawBridgeTestSynth_VST3 >&2
  built=$(find "$work" -name "$name" -type d -print -quit)
  mkdir -p "$cache"
  cp -r "$built" "$cache/.$$" # under another name first: half a plugin is never seen
  mv -T "$cache/.$$" "$cache/$name" || rm -rf "$cache/.$$"
fi

cache=$(cd "$cache" && pwd)
if [ $# -gt 0 ]; then
  mkdir -p "$1"
  rm -rf "${1:?}/$name"
  cp -r "$cache/$name" "$1/"
fi
echo "$cache"
