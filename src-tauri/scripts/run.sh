#!/usr/bin/env bash
# Opens the desktop console on the sandbox; without a display, serves the console and prints its address.
set -euo pipefail
target="${CARGO_TARGET_DIR:-target}/release"
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  exec "$target/tandem-console" --sandbox
fi
echo "There is no display: serving the console instead. Stop it with Ctrl-C." >&2
exec "$target/tandem" serve --sandbox --http "127.0.0.1:${PORT:-7700}" --sip "127.0.0.1:${SIP_PORT:-5060}"
