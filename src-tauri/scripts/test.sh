#!/usr/bin/env bash
# Every check and every test, cheapest first. Ends with a line that says how many steps passed.
set -uo pipefail
passed=0
failed=()
step() {
  local name="$1"
  shift
  local began=$SECONDS
  echo "── $name" >&2
  if "$@"; then
    passed=$((passed + 1))
    echo "── $name: ok ($((SECONDS - began)) s)" >&2
  else
    failed+=("$name")
    echo "── $name: FAILED ($((SECONDS - began)) s)" >&2
  fi
}

ui() { (cd ui && "$@"); }
cargo_deny() {
  if ! command -v cargo-deny >/dev/null; then
    cargo install --locked --quiet cargo-deny || return 1
  fi
  cargo deny --offline check bans licenses sources
}
api_drift() {
  local now
  now=$(mktemp)
  cargo run -q -p tandem-console-api --example openapi >"$now" &&
    diff -u ui/src/api/openapi.json "$now" && ui npm run --silent generate:check
}

step "formatting" cargo fmt --all --check
step "interface: packages" ui npm ci --no-audit --no-fund
step "interface: lint" ui npm run --silent lint
step "interface: types" ui npm run --silent typecheck
step "interface: tests" ui npm run --silent test
step "interface: build" ui npm run --silent build
step "clippy" cargo clippy --workspace --all-targets -- -D warnings
step "licences and bans" cargo_deny
step "API drift" api_drift
step "fuzz targets' lock" cargo metadata --locked --format-version 1 --manifest-path src-tauri/fuzz/Cargo.toml >/dev/null
step "binaries" cargo build --workspace --bins
step "unit tests" cargo test --workspace --no-fail-fast --exclude tandem-scenarios
step "scenarios" cargo test -p tandem-scenarios --no-fail-fast -- --test-threads=1

if [ ${#failed[@]} -gt 0 ]; then
  printf 'failed: %s\n' "${failed[@]}"
fi
echo "$passed passed, ${#failed[@]} failed"
[ ${#failed[@]} -eq 0 ]
