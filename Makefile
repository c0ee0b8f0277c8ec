# One command per intent, the same here and in CI. A machine needs Python 3.11 to 3.13, make and a package registry for pip.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# A Python of one's own choice: make install PYTHON=/opt/python3.12/bin/python3
PYTHON ?=
CANDIDATES := $(if $(PYTHON),$(PYTHON),python3.13 python3.12 python3.11 python3 python)

.DEFAULT_GOAL := help
.PHONY: help install up demo test test-doors lint format compile bench bench-sizes bench-check bench-record bench-latency bench-scale bench-doors \
  bench-peers faults alarms mutants audit lock clean

help:  ## say what can be made
	@sed -n 's/^\([a-z-]*\):.*  ## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

install: $(STAMP)  ## set everything up in .venv, without root; the second time it is there already
	@echo "intentflow is installed: $(BIN)/intentflow"

up: $(STAMP)  ## start all of it on this machine, with collector and console, until Ctrl-C
	@$(BIN)/intentflow up $(ARGS)

demo: $(STAMP)  ## some made-up days of a shop, scored before your eyes; stops by itself
	@$(BIN)/intentflow demo $(ARGS)

test: lint  ## lint, types, layers, and all tests, those on a real broker included
	@echo "==> tests"
	@$(BIN)/python -m pytest -q -n auto --maxprocesses 4 $(ARGS)

test-doors: $(STAMP)  ## the doors alone: collector, real clients and browsers, console, delivery
	@$(BIN)/python -m pytest -q $(wildcard tests/collector tests/clients tests/console tests/deliver) $(ARGS)

lint: $(STAMP)  ## lint, format, types and layers
	@echo "==> lint"
	@$(BIN)/ruff check
	@echo "==> format"
	@$(BIN)/ruff format --check --quiet || { echo "run 'make format'"; exit 1; }
	@echo "==> types"
	@$(BIN)/mypy
	@echo "==> layers"
	@$(BIN)/lint-imports --no-logo

format: $(STAMP)  ## mend what the formatter and the linter can mend by themselves
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

compile: $(STAMP)  ## make machine code of the core again, after its source was changed (a minute)
	@$(BIN)/python -m intentflow.compiling

bench: compile  ## measure: events a second, restore, latency (minutes)
	@$(BIN)/python -m bench

bench-sizes: $(STAMP)  ## after make bench: write down what `intentflow plan` reckons with (two minutes)
	@$(BIN)/python -m bench.read_model
	@$(BIN)/python -m bench.sizes

bench-check: compile  ## has it become slower? Five runs against bench/recorded.json; a drop of 15 % fails (minutes)
	@$(BIN)/python -m bench.check $(ARGS)

bench-record: compile  ## write down how fast it is now, for bench-check
	@$(BIN)/python -m bench.check --record $(ARGS)

bench-latency: compile  ## measure how long a change takes at 1 000, 10 000 and 50 000 events a second (eight minutes)
	@$(BIN)/python -m bench.latency $(ARGS)

bench-scale: compile  ## measure 1, 2 and 4 workers: events a second, and how long partitions stand still when one comes or goes (minutes)
	@$(BIN)/python -m bench.scale $(ARGS)

bench-doors: compile  ## measure the collector: requests and events a second, waiting, memory (a minute)
	@$(BIN)/python -m bench.doors $(ARGS)

bench-peers: compile  ## measure intentflow beside its peers, one job for all (under 50 minutes; ARGS="--events 300000 --repeats 1")
	@$(BIN)/python -m bench.peers $(ARGS)

faults: $(STAMP)  ## kills, pauses, rebalances and sick brokers for as long as you say: ARGS="--minutes 20 --seed 7"
	@$(BIN)/python -m tests.faults $(ARGS)

alarms: $(STAMP)  ## every alert made to fire on a running stack, and its runbook followed (minutes; needs prometheus)
	@$(BIN)/python -m tests.alarms $(ARGS)

mutants: $(STAMP)  ## break the protocol on purpose, rule by rule, and see which test notices (minutes)
	@$(BIN)/python -m tests.mutants $(ARGS)

audit: $(STAMP)  ## is anything in the lock known to be vulnerable? Asks OSV, so it needs the internet; no part of make test
	@$(BIN)/python -m tests.audit $(ARGS)

lock: $(STAMP)  ## resolve pyproject.toml into requirements.txt again, and the part of it that the image runs
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra dev --no-header \
	  pyproject.toml -o requirements.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra export --no-header \
	  --constraints requirements.txt pyproject.toml -o deploy/requirements.txt

clean:  ## forget the virtual environment and the caches; data in .intentflow stays
	rm -rf $(VENV) .venv-peers .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist

# pip is used as the machine has it configured. The lock's hashes are checked; our own package is built without a download.
$(STAMP): requirements.txt pyproject.toml
	@set -e; \
	if ! $(BIN)/python -c 'import pip' 2>/dev/null; then \
	  found=; without=; \
	  for p in $(CANDIDATES); do \
	    "$$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || continue; \
	    if "$$p" -c 'import ensurepip, venv' 2>/dev/null; then found="$$p"; break; fi; \
	    without="$${without:-$$p}"; \
	  done; \
	  if [ -z "$$found" ] && [ -n "$$without" ]; then \
	    echo "$$without is new enough, but has no venv or ensurepip." >&2; \
	    echo "Install them (on Debian and Ubuntu the package python3-venv), or name another Python: make install PYTHON=..." >&2; \
	    exit 1; \
	  fi; \
	  if [ -z "$$found" ]; then \
	    echo "No Python from 3.11 to 3.13 found; looked for: $(CANDIDATES)." >&2; \
	    echo "Install one, or name it: make install PYTHON=/path/to/python3.12" >&2; \
	    exit 1; \
	  fi; \
	  echo "==> a virtual environment in $(VENV), with $$("$$found" --version)"; \
	  "$$found" -m venv --clear $(VENV); \
	fi; \
	echo "==> the packages of requirements.txt, each checked against its hash (the first time this takes a minute or two)"; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt; \
	echo "==> intentflow itself"; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	echo "==> the core as machine code, where there is a C compiler (a minute)"; \
	$(BIN)/python -m intentflow.compiling || echo "going on with plain Python"; \
	touch $@
