# The project's vocabulary. `make serve` and `make test` need nothing but Python >= 3.11 (and, for speed, a C compiler):
# whatever else is needed goes into .venv.

# The first Python that really runs, is new enough and can make an environment: a name on PATH may be a shim of pyenv's
# with nothing behind it.
CAN_BUILD := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c '$(CAN_BUILD)' 2>/dev/null && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
# What the extra [fuzz] asks for, so that it can be installed without building everything again.
export EXTRA := import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['fuzz'])
SOURCES := pyproject.toml setup.py $(wildcard src/framewire/_native/*.pyx src/framewire/_native/*.pxd)

.PHONY: help serve test test-all debian-testing check bench build debug fuzz sanitize dist clean docs

help:                   ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 12

serve: build            ## run Mini-Redis on 127.0.0.1:6379 (ARGS="--port 7000" to change it)
	@exec $(BIN)/framewire serve $(ARGS)

test: build             ## run the tests (FRAMEWIRE_PURE=1 runs them on the plain-Python twins)
	$(BIN)/python -m pytest $(ARGS)

test-all:               ## run the tests on every CPython >= 3.11 found here, native and pure
	@PYTHON="$(PYTHON)" scripts/test-all $(ARGS)

debian-testing:         ## bring Debian testing (Python 3.14 and 3.15, redis-server 8.0) into .debian-testing; as root, on Debian
	@scripts/debian-testing $(ARGS)

check: build            ## ruff, cython-lint, mypy, import-linter
	$(BIN)/ruff check .
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/cython-lint src/framewire/_native
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: build            ## measure side by side with the peers (see docs/performance.md)
	$(BIN)/python -m bench $(ARGS)

docs: $(VENV)/.docs     ## build the documentation into build/docs; a warning is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet --strict
	@echo "framewire: build/docs/index.html"

build: $(VENV)/.built   ## the package and its development tools, in .venv

debug: $(VENV)/.built   ## build with bounds checks and annotated HTML, then run the tests; `make clean build` goes back
	env -u FRAMEWIRE_PURE FRAMEWIRE_DEBUG=1 FRAMEWIRE_NATIVE=1 $(BIN)/python setup.py -q build_ext --inplace --force
	$(BIN)/python -m pytest tests/twins $(ARGS)

fuzz: build             ## run each fuzzer for FUZZ_SECONDS (60); ARGS="resp http1" for some of them
	@$(BIN)/python -c 'import atheris' 2>/dev/null || $(BIN)/python -m pip install -q "$$($(BIN)/python -c "$$EXTRA")" || \
		echo "fuzz: atheris is not to be had here; the fuzzers run without a guide" >&2
	@$(BIN)/python -m fuzz $(ARGS)

sanitize: build         ## run the tests of buffers and RESP with gcc's address and undefined-behaviour sanitizers
	@env -u FRAMEWIRE_PURE scripts/sanitize $(ARGS)

dist: build             ## build sdist and wheel, and try each in a clean environment
	@env -u FRAMEWIRE_PURE -u FRAMEWIRE_NATIVE scripts/dist

clean:                  ## forget everything that was built
	rm -rf $(VENV) .venv-* build dist .*_cache .hypothesis .import_linter_cache
	rm -f src/framewire/_native/*.c src/framewire/_native/*.html src/framewire/_native/*.so
	rm -rf src/*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.built: $(SOURCES)
	@$(or $(PYTHON),false) -c '$(CAN_BUILD)' || { echo "framewire: needs Python >= 3.11 with venv and ensurepip" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --upgrade pip
	@env -u FRAMEWIRE_PURE $(BIN)/python -m pip install -q --editable '.[dev]'
	@env -u FRAMEWIRE_PURE $(BIN)/python -c 'from framewire import implementation as which; print("framewire: implementation", \
		which, "" if which == "native" else "(`$(BIN)/pip install -v -e .` says why)")'
	@touch $@

# The pages are read out of the sources: nothing has to be compiled, so only what the extra `docs` names is installed.
EXTRA_DOCS := import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["docs"], sep="\n")

$(VENV)/.docs: pyproject.toml
	@$(or $(PYTHON),false) -c '$(CAN_BUILD)' || { echo "framewire: needs Python >= 3.11 with venv and ensurepip" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c '$(EXTRA_DOCS)' | $(BIN)/python -m pip install -q -r /dev/stdin
	@touch $@
