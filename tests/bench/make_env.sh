#!/usr/bin/env bash
# Make an environment in which other people's transcription code runs:
#   bash tests/bench/make_env.sh [FOLDER]              default: .cache/bench-env
#   bash tests/bench/make_env.sh --transkun [FOLDER]   default: .cache/bench-transkun-env
#   bash tests/bench/make_env.sh --recordings [FOLDER] default: .cache/bench-recordings-env
# The first is for basic-pitch's own code (on its ONNX model), swift-f0 and mir_eval. The project's own environment
# can't hold them: its overrides leave librosa, scipy and resampy out. transkun's has torch: some 700 MB, and
# several GB where pip takes a build for a graphics card (tell pip where CPU builds are, and it takes one).
# The third holds synctoolbox, and in its source (50 MB) two recordings with their score.
# Prints the environment's python. Does nothing when the environment is already there.
set -euo pipefail

bench="$(cd "$(dirname "$0")" && pwd)"
uv="${UV:-uv}" # `uv run` sets UV to itself
kind=bench
case "${1:-}" in
  --transkun | --recordings)
    kind=bench${1#-}
    shift
    ;;
esac
folder="$(realpath -m "${1:-$bench/../../.cache/$kind-env}")"
requirements="$bench/requirements${kind#bench}.txt"

if ! cmp -s "$requirements" "$folder/made-from.txt"; then
  cd / # away from our pyproject.toml: its overrides hold for every `uv pip` below it
  "$uv" venv --quiet --clear --seed --python 3.11 "$folder"
  if [ $kind = bench ]; then
    # TensorFlow stays out: the ONNX model needs none of it.
    "$uv" pip install --quiet --python "$folder" --requirement "$requirements" \
      --override <(printf "%s; sys_platform == 'never'\n" tensorflow tensorflow-macos tflite-runtime coremltools)
  elif [ $kind = bench-recordings ]; then
    source=$(sed -n '/==/p' "$requirements")
    "$folder/bin/pip" download --quiet --no-deps --no-binary :all: --dest "$folder" "$source" >&2
    tar -xzf "$folder/${source/==/-}.tar.gz" -C "$folder"
    "$folder/bin/pip" install --quiet --requirement "$requirements" "setuptools<81" >&2
  else
    # Its training's needs stay out (seaborn, tensorboard), and torchaudio, of which theirs.py has the one function.
    "$folder/bin/pip" install --quiet --requirement "$requirements" >&2
    "$folder/bin/pip" install --quiet --no-deps transkun==2.0.1 >&2
  fi
  cp "$requirements" "$folder/made-from.txt"
fi
echo "$folder/bin/python"
