# make          builds dist/xdptally
# make run      builds it and counts: on IFACE, or between two test interfaces
# make check    formatting, lint, types and the pure tests: seconds, without root
# make docs     writes docs/options.md from the options of the commands
# make test     builds, and runs all tests but those of the three targets below
# make bench    compares xdptally with other tools; make bench-quick in 3 minutes;
#               FIGURES='1 3' selects figures
# make bench-read  compares the reading of packet captures with tshark and capinfos
# make bench-report  compares the report with jq and DuckDB, on a month of captures
# make test-kernels  boots and tests it on the kernels of Debian releases, under qemu;
#               KERNELS="bookworm trixie" selects releases, CHECKS='7*' checks
# make test-fleet   tests three hosts with Prometheus and ClickHouse: docs/fleet.md
# make deb      builds the Debian package, into dist/release
# make dist     builds tarballs for x86_64 and aarch64, with sums, into dist/release
# make test-package  installs and purges the package in a container, and starts
#               the aarch64 executable under qemu
# make release  runs all tests on all kernels, then builds package and tarballs
# make install  installs into PREFIX (/usr/local) below DESTDIR; make uninstall
# make clean    removes what was built; make distclean also what was downloaded
# No rule names the current folder, because its path may contain a space.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := build
.PHONY: build check docs run test test-kernels test-fleet test-package \
	bench bench-quick bench-contenders bench-read bench-report deb dist release install uninstall clean distclean \
	setup setup-test setup-kernels setup-fleet setup-bench setup-deb setup-dist setup-package always

export DENO_DIR := $(CURDIR)/.toolchain/deno
export DENO_TLS_CA_STORE := system,mozilla
export DENO_NO_UPDATE_CHECK := 1
export NO_COLOR := 1

DENO := .toolchain/bin/deno
# Without JSR the same imports come from toolchain/closed; see setup.sh.
IMPORTS = $(shell grep -qsx closed .toolchain/lane && echo --import-map=toolchain/closed/import_map.json)
ARCH := $(shell uname -m)
OTHER_ARCH := $(filter-out $(ARCH),x86_64 aarch64)
VERSION := $(shell sed -n 's/^ *"version": "\(.*\)",/\1/p' deno.json)
BPF_CC := clang -O2 -g -target bpf -Wall -Wextra -Werror -fdebug-compilation-dir=. \
	-I/usr/include/$(ARCH)-linux-gnu
SOURCES := deno.json $(shell find src -name '*.ts') toolchain/compile.sh \
	$(patsubst %.c,dist/embed/%.o,$(notdir $(wildcard bpf/*.bpf.c))) dist/embed/commit
AS_ROOT := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

build: dist/xdptally dist/share

setup:
	@toolchain/setup.sh build

setup-test:
	@toolchain/setup.sh test

setup-bench:
	@toolchain/setup.sh bench

setup-kernels:
	@toolchain/setup.sh kernels

setup-fleet:
	@toolchain/setup.sh fleet

setup-deb:
	@toolchain/setup.sh deb

setup-dist:
	@toolchain/setup.sh dist

setup-package:
	@toolchain/setup.sh package

dist/xdptally: $(SOURCES) dist/embed/$(ARCH)/libraries | setup
	@echo "Compiling $@"
	@toolchain/compile.sh $(ARCH) $@
	@toolchain/chown_to_caller.sh

dist/$(OTHER_ARCH)/xdptally: $(SOURCES) dist/embed/$(OTHER_ARCH)/libraries | setup-dist
	@echo "Compiling $@"
	@mkdir -p $(@D)
	@toolchain/compile.sh $(OTHER_ARCH) $@
	@toolchain/chown_to_caller.sh

dist/embed/$(OTHER_ARCH)/libraries: | setup-dist

dist/embed/%.bpf.o: bpf/%.bpf.c $(wildcard bpf/*) src/bpf/layout.ts src/basics/keys.ts toolchain/compare_layout.ts | setup
	@mkdir -p dist/embed
	@$(BPF_CC) -c $< -o $@
	@$(DENO) run --quiet --no-check --allow-ffi $(IMPORTS) toolchain/compare_layout.ts $@

# They share nothing with the others.
dist/embed/lineup.bpf.o dist/embed/probe.bpf.o: dist/embed/%.bpf.o: bpf/%.bpf.c | setup
	@mkdir -p dist/embed
	@$(BPF_CC) -c $< -o $@

# Written only if it differs, so that only a new commit makes a new executable.
dist/embed/commit: always
	@mkdir -p dist/embed
	@id=$$(toolchain/commit.sh id); echo "$$id" | cmp -s - $@ || echo "$$id" >$@

# The embedded libbpf: this machine's, with what it depends on besides glibc.
dist/embed/%/libraries: toolchain/libraries.sh | setup
	@toolchain/libraries.sh $* libbpf.so.1 $(@D)

dist/tests/%.bpf.o: tests/%.bpf.c | setup
	@mkdir -p dist/tests
	@$(BPF_CC) -c $< -o $@

# The program's objects, in which all CPUs count as CPU 0: real races for the tests.
ONE_COLUMN := $(patsubst %.c,dist/tests/one_column/%.o,$(notdir $(wildcard bpf/*.bpf.c)))
dist/tests/one_column/%.bpf.o: bpf/%.bpf.c $(wildcard bpf/*) | setup
	@mkdir -p $(@D)
	@$(BPF_CC) '-Dbpf_get_smp_processor_id()=0' -c $< -o $@

# The man page, the completions and the options page, from the commands' documentation.
dist/share: $(SOURCES) toolchain/generate.ts | setup
	@$(DENO) run --quiet --no-check --allow-read --allow-env --allow-ffi --allow-write=dist $(IMPORTS) toolchain/generate.ts $@ "$$(toolchain/commit.sh time)"
	@touch $@

# The generated page of docs/; a test compares it with the commands' documentation.
docs: dist/share
	@cp dist/share/doc/xdptally/options.md docs/options.md

PREFIX ?= /usr/local
INTO = "$(DESTDIR)$(PREFIX)
INSTALLED = bin/xdptally share/man/man1/xdptally.1 \
	share/bash-completion/completions/xdptally \
	share/zsh/site-functions/_xdptally \
	share/fish/vendor_completions.d/xdptally.fish

install: build
	install -D -m 755 dist/xdptally $(INTO)/bin/xdptally"
	for file in $(filter share/%,$(INSTALLED)); do install -D -m 644 "dist/$$file" $(INTO)/$$file"; done

uninstall:
	for file in $(INSTALLED); do rm -f $(INTO)/$$file"; done

run: dist/xdptally
ifdef IFACE
	@$(AS_ROOT) dist/xdptally $(ARGS) "$(IFACE)"
else
	@$(AS_ROOT) env DENO_DIR="$$DENO_DIR" tests/stage.sh dist/xdptally --mode native --interval 1s --count 10 $(ARGS)
endif

# What needs neither root nor a build.
DENO_TEST := $(DENO) test --quiet --no-check --allow-read --allow-env --allow-ffi

check: setup
	@$(DENO) fmt --check --quiet
	@$(DENO) lint --quiet
	@$(DENO) check --quiet $(IMPORTS) src tests bench toolchain/*.ts
	@$(DENO_TEST) $(IMPORTS) tests/pure

test: setup-test build dist/tests/flood.bpf.o $(ONE_COLUMN)
	@$(AS_ROOT) env DENO_DIR="$$DENO_DIR" tests/run.sh

# The programs that xdptally is measured beside, built with Debian's packages.
CONTENDERS := $(addprefix dist/bench/,example example.bpf.o floors.bpf.o \
	spread.bpf.o drain relay empty)

dist/bench/%.bpf.o: bench/example/%.bpf.c | setup-bench
	@mkdir -p dist/bench
	@$(BPF_CC) -c $< -o $@

dist/bench/%.bpf.o: bench/floors/%.bpf.c | setup-bench
	@mkdir -p dist/bench
	@$(BPF_CC) -c $< -o $@

dist/bench/example: bench/example/main.go | setup-bench
	@mkdir -p dist/bench
	@GO111MODULE=off GOFLAGS= GOPATH=/usr/share/gocode GOCACHE="$$PWD/.toolchain/go" \
		go build -o $@ $<

dist/bench/drain: bench/floors/drain.c | setup-bench
	@mkdir -p dist/bench
	@gcc -O2 -Wall -Wextra -Werror $< -o $@ -lbpf

dist/bench/relay: bench/relay/relay.c | setup-bench
	@mkdir -p dist/bench
	@gcc -O2 -Wall -Wextra -Werror $< -o $@ -lpthread

DENORT = $(shell [ ! -e .toolchain/bin/denort-$(ARCH) ] || echo DENORT_BIN=.toolchain/bin/denort-$(ARCH))
dist/bench/empty: bench/floors/empty.ts deno.json | setup-bench
	@mkdir -p dist/bench
	@$(DENORT) $(DENO) compile --quiet --allow-all --no-code-cache --output $@ $<
	@toolchain/chown_to_caller.sh

bench-contenders: setup-bench build dist/tests/flood.bpf.o $(CONTENDERS)

BENCH = $(AS_ROOT) env DENO_DIR="$$DENO_DIR" $(DENO) run --quiet --no-check --allow-all \
	$(IMPORTS) bench/main.ts $(IMPORTS)

bench: bench-contenders
	@$(BENCH) $(FIGURES)

bench-quick: bench-contenders
	@$(BENCH) --quick $(FIGURES)

bench-read: setup-test setup-bench build
	@$(DENO) run --quiet --no-check --allow-all $(IMPORTS) bench/read.ts

bench-report: setup-bench build
	@$(DENO) run --quiet --no-check --allow-all $(IMPORTS) bench/report.ts

test-kernels: setup-kernels build dist/tests/flood.bpf.o dist/tests/holders.bpf.o dist/tests/wide.bpf.o
	@$(AS_ROOT) env DENO_DIR="$$DENO_DIR" tests/kernels/run.sh $(KERNELS)

test-fleet: setup-fleet build dist/tests/flood.bpf.o
	@$(AS_ROOT) env DENO_DIR="$$DENO_DIR" tests/run.sh tests/fleet/fleet.ts

deb: setup-deb build
	@packaging/deb.sh $(VERSION)

dist: setup-dist build dist/$(OTHER_ARCH)/xdptally
	@packaging/archives.sh $(VERSION)

# What is published, built after all tests have passed.
release: test test-kernels test-fleet test-package deb dist

test-package: setup-package deb dist
	@$(AS_ROOT) tests/package/run.sh $(VERSION)

clean:
	rm -rf dist

distclean: clean
	rm -rf .toolchain
