# make demo: install, build the demo library, search it, serve the app. make test: the tests.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_LIBRARY ?= demo-library
PORT ?= 8501
# Real recordings to test and measure on, where they are; the tests that need them skip otherwise.
ifneq ($(wildcard ../shared/data/README.md),)
export HILBERT_DATA ?= $(abspath ../shared/data)
endif

# Threads that wait without spinning: several times faster on a busy machine (indexer/cli.py).
export OMP_WAIT_POLICY ?= PASSIVE

# Tests start hundreds of processes, each of which would compile our modules again without it.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help demo test trust trust-faults trust-fuzz trust-flips trust-reads test-extras test-fast lint format app bench browser-test screenshots requirements clean
.DEFAULT_GOAL := help

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

# Everything at the versions that were tested, verified by their hashes: see requirements/README.md.
# What is in demand stands in pyproject.toml. uv installs in a third of the time, where it is there and works.
UV := $(shell uv --version >/dev/null 2>&1 && echo uv)
COMPILE := --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-annotate --no-header
# Modules are compiled when they are imported first: most of those installed never are.
install = $(if $(UV),uv pip install --quiet --python $(BIN)/python $(1) ||) \
  $(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check $(1)

$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'hilbert needs Python 3.11 or newer; name one: make PYTHON=python3.12 ...'; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/core: $(VENV)/made pyproject.toml requirements/core.txt
	$(call install,--require-hashes --requirement requirements/core.txt)
	$(call install,--no-deps --editable .)
	@touch $@

$(VENV)/installed: $(VENV)/core requirements/dev.txt
	$(call install,--require-hashes --requirement requirements/dev.txt)
	@touch $@

demo: $(VENV)/core  ## install, build the demo library, search it, serve the app
	$(BIN)/hilbert demo --library $(DEMO_LIBRARY) --port $(PORT)

app: $(VENV)/core  ## serve a library: make app LIBRARY=folder
	$(BIN)/hilbert app --library $(or $(LIBRARY),$(DEMO_LIBRARY)) --port $(PORT)

test: $(VENV)/installed  ## run the tests, with coverage (those of the browser are skipped without Chromium)
	$(BIN)/python -m slipcover --json --out .coverage.json -m \
	  pytest -q -n 2 --dist loadfile --no-loadscope-reorder -m 'not extras'
	@$(BIN)/python -c "import json; \
	  print('coverage:', json.load(open('.coverage.json'))['summary']['percent_covered_display'], '% of lines')"

# In a folder of its own: where the extra is found, it is what recognises words by default.
$(VENV)/multilingual: $(VENV)/installed requirements/multilingual.txt
	$(call install,--target $@-packages --no-deps --require-hashes --requirement requirements/multilingual.txt)
	@touch $@

# Likewise in a folder of its own: other tests show what is said without it.
$(VENV)/onnx-asr: $(VENV)/installed requirements/onnx-asr.txt
	$(call install,--target $@-packages --no-deps --require-hashes --requirement requirements/onnx-asr.txt)
	@touch $@

$(VENV)/scale: $(VENV)/installed requirements/scale.txt
	$(call install,--require-hashes --requirement requirements/scale.txt)
	@touch $@

test-extras: $(VENV)/installed $(VENV)/multilingual $(VENV)/onnx-asr $(VENV)/scale  ## run the tests that train models, read hours of real recordings, or need other extras
	$(BIN)/python -m pytest -q -n 2 --dist loadfile -m extras
	PYTHONPATH=$(abspath $(VENV)/multilingual-packages) \
	  $(BIN)/python -m pytest -q -m extras tests/hilbert/encoders/test_multilingual.py \
	  tests/indexer/ingest/test_main_language.py
	PYTHONPATH=$(abspath $(VENV)/onnx-asr-packages) \
	  $(BIN)/python -m pytest -q -m extras tests/hilbert/encoders/test_onnx_recogniser.py

test-fast: $(VENV)/installed  ## run the tests that load no models and start no slow processes: under a minute
	$(BIN)/python -m pytest -q -n 2 --dist worksteal -m 'not models and not slow and not browser and not extras'

browser-test: $(VENV)/installed  ## run the browser tests (need Debian's chromium)
	$(BIN)/python -m pytest -q -m browser

TRUST ?= .trust

trust: trust-faults trust-fuzz trust-flips trust-reads  ## try all that can go wrong, for hours; each part goes on where it stopped

$(TRUST)/empty: | $(VENV)/installed
	@mkdir -p $(TRUST)
	$(BIN)/python -c "import sys; \
	  from indexer.index.library_store import LibraryStore; LibraryStore.create(sys.argv[1]).close()" $@

trust-faults: $(TRUST)/empty  ## let each system call of each verb fail (Linux, cc); ARGS="--minutes 140"
	cc -shared -fPIC -O1 -o $(TRUST)/faults.so tests/trust/faults.c -ldl
	HILBERT_CONFIG=$(abspath $(TRUST))/config LD_PRELOAD=$(abspath $(TRUST))/faults.so \
	  $(BIN)/python -m tests.trust.fault_points $(TRUST)/empty $(TRUST)/work $(ARGS)

trust-fuzz: $(VENV)/installed  ## read 100,000 mutated files and ask 5,000 odd questions
	for kind in transcripts media beside queries; do \
	  HILBERT_CONFIG=$(abspath $(TRUST))/config $(BIN)/python -m tests.trust.fuzzing $$kind $(TRUST)/fuzz $(ARGS) \
	  || exit $$?; done

trust-flips: $(VENV)/installed  ## flip bits of each file of a library
	HILBERT_CONFIG=$(abspath $(TRUST))/config $(BIN)/python -m tests.trust.bit_flips $(TRUST)/flips $(ARGS)

trust-reads: $(TRUST)/empty  ## search and list 12,000 times while documents come and go
	HILBERT_CONFIG=$(abspath $(TRUST))/config $(BIN)/python -m tests.trust.reads $(TRUST)/empty $(TRUST)/reads $(ARGS)

lint: $(VENV)/installed  ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/installed  ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/installed  ## measure against other tools, on libraries in WORK (see benchmarks/README.md)
	$(BIN)/python -m benchmarks.scale $(or $(WORK),.scale) --json $(or $(WORK),.scale)/bench.json $(ARGS)

SHOTS ?= $(or $(TMPDIR),/tmp)/hilbert-screenshots

screenshots: $(VENV)/installed  ## pictures of every page and state of the app (need Debian's chromium); SHOTS=folder
	[ -d $(DEMO_LIBRARY) ] || $(BIN)/hilbert index assets/demo/recordings --library $(DEMO_LIBRARY)
	$(BIN)/python -m tools.screenshots $(SHOTS) --library $(DEMO_LIBRARY) $(ARGS)

requirements:  ## resolve the newest versions that pyproject.toml allows (needs uv)
	uv pip compile $(COMPILE) --output-file requirements/core.txt pyproject.toml
	uv pip compile $(COMPILE) --output-file requirements/dev.txt --extra dev \
	  --constraint requirements/core.txt pyproject.toml
	echo "onnx-asr>=0.12" | uv pip compile $(COMPILE) --no-deps --output-file requirements/onnx-asr.txt -
	uv pip compile $(COMPILE) --output-file requirements/scale.txt --extra scale \
	  --constraint requirements/dev.txt pyproject.toml

clean:  ## remove what make made
	rm -rf $(VENV) $(DEMO_LIBRARY)
