# The two commands: `make run` starts everything on this machine, `make test` shows that it works.
# Both install what they need (Debian 12, as root or with sudo) and need the Swift 6.3 toolchain on PATH.
# There is one release build, with the Swift runtime linked in: what is run here and tested is what `make dist` packs.

CONFIG ?= config/kakehashi.yaml
KAKEHASHI = .build/release/kakehashi

.PHONY: run test test-unit test-waste test-peers deps deps-test build format lint bench bench-stamp grid fuzz sanitize soak storm dist test-dist clean

## Build and start everything on this machine; Ctrl-C ends it.
run: build
	@exec $(KAKEHASHI) up --config $(CONFIG)

## Every test: unit, vectors, simulation, loopback; what a packet costs; then real clients against the release binary.
test: deps-test test-unit test-waste test-peers

## Four at a time: many send media in real time, and sixteen hundred of them at once lose packets to each other.
test-unit: deps
	swift test --experimental-maximum-parallelization-width 4

test-peers: deps-test build
	KAKEHASHI=$(KAKEHASHI) .venv/bin/python -m pytest Tests/Peers

## What a forwarded packet costs, counted by callgrind: no allocation, reference count, exclusivity check or lock.
test-waste: deps-test
	swift build -c release --static-swift-stdlib --product PacketPath
	loadtest/waste .build/release/PacketPath

build: deps
	swift build -c release --static-swift-stdlib --product kakehashi

## System packages to build and run.
deps:
	@.ci/install build

## And those that only the tests need: browsers, tshark, tmux, and Python peers in .venv.
deps-test: deps
	@.ci/install test

format:
	swift format -i -r -p Sources Tests Package.swift

lint:
	swift format lint --strict -r -p Sources Tests Package.swift

## What a forwarded packet costs; prints, asserts nothing of speed.
bench: build deps-test
	KAKEHASHI=$(KAKEHASHI) loadtest/bench

## How punctually test packets leave, beside irtt's, and how many a reflector answers; prints tables.
bench-stamp: deps
	@.ci/install bench
	swift build -c release --product MeasuringPace
	loadtest/stamp .build/release/MeasuringPace

## What a probe reports beside what a bad network did, over real sockets, as a table; fails where they differ.
grid: build deps-test
	KAKEHASHI=$(KAKEHASHI) loadtest/grid

## Each parser under libFuzzer for FUZZ_SECONDS (default 60) each.
fuzz:
	Tests/Fuzz/run

## The media tests under the address and the thread sanitizer, each in a build of its own.
sanitize: deps
	Tests/Sanitizers/run address
	Tests/Sanitizers/run thread

## Ten minutes of a three-way meeting with joins and leaves.
soak: build deps-test
	KAKEHASHI=$(KAKEHASHI) loadtest/soak

## SIGKILL at 50 random instants: nothing acknowledged may be lost, nothing told twice under another key.
storm: build deps-test
	KAKEHASHI=$(KAKEHASHI) loadtest/storm

## dist/kakehashi-VERSION-linux-amd64.tar.gz: for machines without network or toolchain.
dist: build
	KAKEHASHI=$(KAKEHASHI) config/packaging/dist

## Installs it on a bare Debian tree, as on a new machine; results in loadtest/results/dist.md.
test-dist: dist
	@.ci/install dist
	config/packaging/test

clean:
	swift package clean
	rm -rf dist
