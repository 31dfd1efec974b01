# The project's vocabulary. `make serve` and `make test` need nothing but Python >= 3.11 (and, for speed, a C compiler):
# whatever else is needed goes into .venv, which `scripts/setup` fills and says so. PYTHON=python3.13 makes it of that one.

VENV := .venv
BIN := $(VENV)/bin
SOURCES := setup.py $(shell find src -name '*.px[dy]')

.PHONY: help serve test test-quick test-slow test-all debian-testing check bench build debug fuzz sanitize dist clean docs

help:                   ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 16

serve: build            ## run Mini-Redis on 127.0.0.1:6379 (ARGS="--port 7000" to change it)
	@exec $(BIN)/framewire serve $(ARGS)

test: build             ## run the tests on all cores (ARGS="tests/aio -k tls" for some; FRAMEWIRE_PURE=1: on the plain twins)
	@scripts/test $(BIN)/python usual $(ARGS)

test-quick: build       ## run those that take no time, in some seconds: for the inner loop
	@scripts/test $(BIN)/python quick $(ARGS)

test-slow: build        ## run those marked `slow`, which `make test` leaves out
	@scripts/test $(BIN)/python slow $(ARGS)

test-all:               ## run the tests on every CPython >= 3.11 found here, native and pure
	@scripts/test-all $(ARGS)

debian-testing:         ## bring Debian testing (Python 3.14 and 3.15, redis-server 8.0) into .debian-testing; as root, on Debian
	@scripts/debian-testing $(ARGS)

check: build            ## ruff, cython-lint, mypy, import-linter
	$(BIN)/ruff check .
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/cython-lint src/framewire
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: build            ## measure side by side with the peers (see docs/performance.md)
	$(BIN)/python -m bench $(ARGS)

docs: $(VENV)/.docs     ## build the documentation into build/docs; a warning is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet --strict
	@echo "framewire: build/docs/index.html"

build: $(VENV)/.package ## the package and its development tools, in .venv

debug: build            ## build with bounds checks and annotated HTML, then run the tests; `make clean build` goes back
	env -u FRAMEWIRE_PURE FRAMEWIRE_DEBUG=1 FRAMEWIRE_NATIVE=1 $(BIN)/python setup.py -q build_ext --inplace --force
	$(BIN)/python -m pytest tests/twins $(ARGS)

fuzz: build             ## run each fuzzer for FUZZ_SECONDS (60); ARGS="resp http1" for some of them
	@$(BIN)/python -c 'import atheris' 2>/dev/null || VENV=$(VENV) scripts/setup fuzz || \
		echo "fuzz: atheris is not to be had here; the fuzzers run without a guide" >&2
	@$(BIN)/python -m fuzz $(ARGS)

sanitize: build         ## run the tests of buffers and RESP with gcc's address and undefined-behaviour sanitizers
	@env -u FRAMEWIRE_PURE scripts/sanitize $(ARGS)

dist: build             ## build sdist and wheel, and try each in a clean environment
	@env -u FRAMEWIRE_PURE -u FRAMEWIRE_NATIVE scripts/dist

clean:                  ## forget everything that was built (.debian-testing stays: it was fetched)
	rm -rf $(VENV) .venv-* build dist .*_cache .hypothesis .import_linter_cache
	find src \( -name '*.c' -o -name '*.html' -o -name '*.so' \) -delete
	rm -rf src/*.egg-info
	find . -path ./.debian-testing -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

# Each is touched by the script when it is done. The pages are read out of the sources: for them nothing is compiled.
$(VENV)/.dev $(VENV)/.docs: $(VENV)/.%: pyproject.toml
	@VENV=$(VENV) scripts/setup $*

$(VENV)/.package: $(VENV)/.dev $(SOURCES)
	@VENV=$(VENV) scripts/setup package
