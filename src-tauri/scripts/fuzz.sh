#!/usr/bin/env bash
# Coverage-guided fuzzing of the parsers with the stable toolchain and libFuzzer.
#   src-tauri/scripts/fuzz.sh [seconds for each target, 300] [sip|sdp|rtp, all of them one after the other]
# What it learns stays below target/fuzz; an input that breaks a check is kept in src-tauri/fuzz/artifacts. Once it is
# mended, put that input into src-tauri/fuzz/corpus/<target>, which the tests replay.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"
seconds="${1:-300}"
targets=("${2:-sip}")
[ $# -ge 2 ] || targets=(sip sdp rtp)

out="${CARGO_TARGET_DIR:-$(cd ../.. && pwd)/target}/fuzz"
host="$(rustc -vV | sed -n 's/^host: //p')"
# What `cargo fuzz` would pass, without the sanitizers that need a nightly compiler. The explicit --target keeps these
# flags away from build scripts, which do not link with libFuzzer.
coverage="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4"
coverage+=" -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table"
coverage+=" -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing"
bins=("${targets[@]/#/--bin=}")
RUSTFLAGS="$coverage" CARGO_TARGET_DIR="$out" nice -n 10 cargo build --quiet --locked --release --target "$host" "${bins[@]}"

for target in "${targets[@]}"; do
  mkdir -p "$out/corpus/$target" "artifacts/$target"
  echo "── fuzzing $target for $seconds s" >&2
  dictionary=()
  [ -f "$target.dict" ] && dictionary=("-dict=$target.dict")
  nice -n 10 "$out/$host/release/$target" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=1024 \
    -print_final_stats=1 -artifact_prefix="artifacts/$target/" "${dictionary[@]}" "$out/corpus/$target" "corpus/$target"
done
