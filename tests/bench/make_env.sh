#!/usr/bin/env bash
# Make an environment in which other people's transcription code runs:
#   bash tests/bench/make_env.sh [FOLDER]              default: .cache/bench-env
#   bash tests/bench/make_env.sh --transkun [FOLDER]   default: .cache/bench-transkun-env
# The first is for basic-pitch's own code (on its ONNX model), swift-f0 and mir_eval. The project's own environment
# can't hold them: its overrides leave librosa, scipy and resampy out. transkun's has torch: some 700 MB, and
# several GB where pip takes a build for a graphics card (tell pip where CPU builds are, and it takes one).
# Prints the environment's python. Does nothing when the environment is already there.
set -euo pipefail

bench="$(cd "$(dirname "$0")" && pwd)"
uv="${UV:-uv}" # `uv run` sets UV to itself
kind=bench
if [ "${1:-}" = --transkun ]; then
  kind=bench-transkun
  shift
fi
folder="$(realpath -m "${1:-$bench/../../.cache/$kind-env}")"
[ $kind = bench ] && requirements="$bench/requirements.txt" || requirements="$bench/requirements-transkun.txt"

if ! cmp -s "$requirements" "$folder/made-from.txt"; then
  cd / # away from our pyproject.toml: its overrides hold for every `uv pip` below it
  "$uv" venv --quiet --clear --seed --python 3.11 "$folder"
  if [ $kind = bench ]; then
    # TensorFlow stays out: the ONNX model needs none of it.
    "$uv" pip install --quiet --python "$folder" --requirement "$requirements" \
      --override <(printf "%s; sys_platform == 'never'\n" tensorflow tensorflow-macos tflite-runtime coremltools)
  else
    # Its training's needs stay out (seaborn, tensorboard), and torchaudio, of which theirs.py has the one function.
    "$folder/bin/pip" install --quiet --requirement "$requirements" >&2
    "$folder/bin/pip" install --quiet --no-deps transkun==2.0.1 >&2
  fi
  cp "$requirements" "$folder/made-from.txt"
fi
echo "$folder/bin/python"
