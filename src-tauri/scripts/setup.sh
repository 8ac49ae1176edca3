#!/usr/bin/env bash
# Installs the Debian packages that are missing. `setup.sh run`: to build and run; `setup.sh test`: peers as well.
set -euo pipefail

build=(build-essential pkg-config cmake clang libclang-dev libwebkit2gtk-4.1-dev libasound2-dev
  libpocketsphinx-dev libsphinxbase-dev pocketsphinx-en-us flite1-dev espeak-ng ca-certificates)
run=(libayatana-appindicator3-1 fonts-dejavu-core fonts-noto-core)
test=(chromium chromium-driver sip-tester baresip-core linphone-cli kamailio openssl webkit2gtk-driver xvfb xauth openbox wmctrl dbus dbus-x11 pulseaudio
  pulseaudio-utils libasound2-plugins flite sox ffmpeg xdotool imagemagick postgresql python3)

wanted=("${build[@]}" "${run[@]}")
[ "${1:-run}" = test ] && wanted+=("${test[@]}")

missing=()
for package in "${wanted[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "installing: ${missing[*]}" >&2
  as_root=""
  [ "$(id -u)" -eq 0 ] || as_root=sudo
  $as_root apt-get update -q
  DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -q --no-install-recommends \
    -o DPkg::Lock::Timeout=600 "${missing[@]}"
  # The tests start proxies of their own; Debian's would take port 5060.
  if [[ " ${missing[*]} " == *" kamailio "* ]] && [ -d /run/systemd/system ]; then
    $as_root systemctl disable --now kamailio
  fi
fi

for tool in cargo node npm; do
  command -v "$tool" >/dev/null || { echo "$tool is needed: install Rust (rustup.rs) and Node 20 or newer" >&2; exit 1; }
done
