#!/usr/bin/env bash
# Builds the test plugins into .cache/ at the repository's top and prints the folder that holds them.
# `build.sh [OUTDIR]` also copies them to OUTDIR. Needs Debian's JUCE and what it builds on (tests/run.sh
# installs them); under two minutes on two cores, and nothing at all while the sources stay the same.
set -euo pipefail

sources=$(cd "$(dirname "$0")" && pwd)
names=("DAW Bridge Test Synth" "DAW Bridge Test Shell" "DAW Bridge Test Effect")
version=$(cd "$sources" && cat -- CMakeLists.txt *.h *.cpp build.sh | sha256sum | cut -c 1-16)
cache="$sources/../../../.cache/test-synth/$version"

# One binary under several names: what it is follows from how its file is called (factory.cpp).
copy_as() { # FROM TO
  mkdir -p "$2/Contents/$(uname -m)-linux"
  cp "$1" "$2/Contents/$(uname -m)-linux/$(basename "$2" .vst3).so"
}

if [ ! -d "$cache" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  cmake -S "$sources" -B "$work" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE="-O0 -DNDEBUG" >&2
  cmake --build "$work" --target DawBridgeTestSynth_VST3 >&2
  built=$(find "$work" -name "${names[0]}.so" -print -quit)
  mkdir -p "$work/plugins" "$(dirname "$cache")"
  for name in "${names[@]}"; do
    copy_as "$built" "$work/plugins/$name.vst3"
  done
  cp -r "$work/plugins" "$cache.$$" # under another name first: half a plugin is never seen
  mv -T "$cache.$$" "$cache" || rm -rf "$cache.$$"
fi

cache=$(cd "$cache" && pwd)
if [ $# -gt 0 ]; then
  mkdir -p "$1"
  for name in "${names[@]}"; do
    rm -rf "${1:?}/$name.vst3"
    cp -r "$cache/$name.vst3" "$1/"
  done
fi
echo "$cache"
