#!/usr/bin/env bash
# Make the environment in which basic-pitch's own code runs (on its ONNX model), and mir_eval:
#   bash tests/bench/make_env.sh [FOLDER]          default: .cache/bench-env
# The project's own environment can't hold them: its overrides leave librosa, scipy and resampy out.
# Prints the environment's python. Does nothing when the environment is already there.
set -euo pipefail

bench="$(cd "$(dirname "$0")" && pwd)"
uv="${UV:-uv}" # `uv run` sets UV to itself
folder="$(realpath -m "${1:-$bench/../../.cache/bench-env}")"

if ! cmp -s "$bench/requirements.txt" "$folder/made-from.txt"; then
  cd / # away from our pyproject.toml: its overrides hold for every `uv pip` below it
  "$uv" venv --quiet --clear --python 3.11 "$folder"
  # TensorFlow stays out: the ONNX model needs none of it.
  "$uv" pip install --quiet --python "$folder" --requirement "$bench/requirements.txt" \
    --override <(printf "%s; sys_platform == 'never'\n" tensorflow tensorflow-macos tflite-runtime coremltools)
  cp "$bench/requirements.txt" "$folder/made-from.txt"
fi
echo "$folder/bin/python"
