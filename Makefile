# Vellum's entry points; see README.md.
.PHONY: demo test bench lint fuzz docs dist build setup

# One set of flags for everything, so that nothing is built twice.
RELEASE = -c release -Xswiftc -enable-testing -Xswiftc -enforce-exclusivity=unchecked

demo:
	@./.ci/setup build demo
	@swift build $(RELEASE) --product vellum --quiet
	@.build/release/vellum demo

test:
	@./.ci/setup build demo test
	@./.ci/test

build:
	@./.ci/setup build
	@swift build $(RELEASE) --quiet

setup:
	@./.ci/setup build demo test bench

lint:
	@swift format lint --strict --recursive Sources Tests Package.swift

bench: build
	@./.ci/setup bench
	@./.ci/bench

dist:
	@./.ci/setup build
	@./.ci/dist

fuzz:
	@./.ci/setup build
	@./.ci/fuzz

docs:
	@./.ci/docs
