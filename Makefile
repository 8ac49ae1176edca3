# Two commands do everything on a fresh Debian machine with Rust and Node:
#   make run    installs what is missing, builds, and opens the console on the sandbox
#   make test   all checks and tests
.PHONY: run test interop soak load setup setup-run setup-test ui build fmt lint deny house unit ui-test api-check scenario bench fuzz clean help

export CARGO_TERM_COLOR ?= auto
PORT ?= 7700
SIP_PORT ?= 5060

help: ## This list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

run: setup-run ui ## Build everything and open the desktop console on the sandbox (no display: serve it)
	cargo build --release --bin tandem-console --bin tandem --workspace
	@src-tauri/scripts/run.sh

test: setup-test ## Format, lints, licences, house rules, unit, interface, browser, desktop and scenario tests
	@src-tauri/scripts/test.sh

interop: setup-test ## Call foreign telephones and proxies in every combination; writes target/interop.md
	cargo build -p tandem-server --bins
	cargo test -p tandem-scenarios --test interop -- --ignored the_whole_matrix

soak: ## A million simulated calls, all that the queues promise looked at after every step; the table against Erlang
	cargo test --release -p tandem-simulator -- --ignored --nocapture --test-threads=1

load: setup-test ui ## Foreign telephones on a busy floor for five minutes (SECONDS changes that)
	cargo build -p tandem-server --bins
	TANDEM_FLOOR_SECONDS=$(or $(SECONDS),300) cargo test -p tandem-scenarios --test busy_floor -- --ignored --nocapture

setup-run:
	@src-tauri/scripts/setup.sh run

setup-test:
	@src-tauri/scripts/setup.sh test

ui: ui/dist/index.html ## Build the interface

# Only when something of it changed: the programs carry it, so building it anew links them anew.
UI_SOURCES := $(shell find ui -path ui/node_modules -prune -o -path ui/dist -prune -o -type f -print)
ui/dist/index.html: ui/node_modules/.package-lock.json $(UI_SOURCES)
	cd ui && npm run build

ui/node_modules/.package-lock.json: ui/package-lock.json
	cd ui && npm ci --no-audit --no-fund

api: ui/node_modules/.package-lock.json ## Write the API's description and the interface's types anew
	cargo run -q -p tandem-console-api --example openapi > ui/src/api/openapi.json
	cd ui && npm run generate

bench: ## Measure, as ratios against a baseline in the same run (RATE, CALLS and MEMBERS change the load)
	cargo bench -p tandem-sip-transport --bench setups
	cargo bench -p tandem-storage --bench group_commit
	cargo bench -p tandem-media-engine --bench bridged --bench conference --bench transcoding
	cargo bench -p tandem-queue --bench decision
	cargo bench -p tandem-scenarios --bench loss
	cargo build --release -p tandem-server
	cargo bench -p tandem-scenarios --bench start_up
	cargo bench -p tandem-scenarios --bench turns
	cargo bench -p tandem-scenarios --bench screen
	cargo bench -p tandem-scenarios --bench memory

fuzz: ## Fuzz the SIP, SDP and RTP parsers, an hour each (SECONDS changes that)
	src-tauri/scripts/fuzz.sh $(or $(SECONDS),3600)

fmt: ## Format everything
	cargo fmt --all
	cd ui && npm run format

clean: ## Remove what was built
	cargo clean
	rm -rf ui/dist ui/node_modules
