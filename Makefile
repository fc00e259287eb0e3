# Two commands for a newcomer: `make demo` and `make test`. `make` alone lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
INSTALLED_DEV := .venv/.installed-dev
# One more than there are cores: some tests wait for servers, browsers and clocks.
WORKERS = $$(( $$(nproc) + 1 ))
FOREIGN := tests/foreign/node
INSTALLED_FOREIGN := $(FOREIGN)/node_modules/.installed

.PHONY: help install demo test conformance soak check docs languages bench clean

help: ## List the targets
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

install: $(INSTALLED) ## Make .venv with the pinned dependencies

$(INSTALLED): requirements.lock pyproject.toml
	@tools/install_python.sh $(PYTHON) requirements.lock
	@touch $@

$(INSTALLED_DEV): $(INSTALLED) requirements-dev.lock
	@tools/install_python.sh $(PYTHON) requirements-dev.lock
	@touch $@

# The clients for Node and for browsers that tests use; from whatever registry npm is configured for.
# The certificates of the system count, as they do for pip; npm by itself knows only those it brought.
$(INSTALLED_FOREIGN): $(FOREIGN)/package.json $(FOREIGN)/package-lock.json
	@tools/install_system.sh node
	@NODE_OPTIONS=--use-openssl-ca npm ci --prefix $(FOREIGN) --ignore-scripts --loglevel error
	@touch $@

demo: $(INSTALLED) ## Run the provider, both portals and the worker (RESET=1 starts anew)
	@exec $(BIN)/idp demo $(if $(filter-out 0,$(RESET)),--reset)

test: $(INSTALLED_DEV) $(INSTALLED_FOREIGN) ## Run the whole test suite, on real servers and a real browser
	@tools/install_system.sh redis postgresql nginx chromium node
	@$(BIN)/python -m pytest -m "not soak" -n $(WORKERS) --dist worksteal

conformance: $(INSTALLED_DEV) $(INSTALLED_FOREIGN) ## Run the tests of docs/conformance.md, and print each clause with its result
	@tools/install_system.sh redis postgresql nginx chromium node
	@$(BIN)/python -m tools.conformance

soak: $(INSTALLED_DEV) ## Run the checks that need large loads (under 20 minutes)
	@tools/install_system.sh redis postgresql chromium
	@$(BIN)/python -m pytest -m soak

check: $(INSTALLED_DEV) ## Lint, types, import contracts, migration drift, generated documents, translations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.migration_drift
	$(BIN)/python -m tools.generate_docs --check
	$(BIN)/python -m tools.catalogues --check

docs: $(INSTALLED_DEV) ## Write the documents that are generated from code
	@$(BIN)/python -m tools.generate_docs

languages: $(INSTALLED_DEV) ## Collect what is said, and bring the catalogues up to date
	@$(BIN)/python -m tools.catalogues

bench: $(INSTALLED_DEV) ## Measure, and write the table of docs/performance.md (about 15 minutes)
	@tools/install_system.sh wrk
	@$(BIN)/python -m benchmarks

clean: ## Remove the virtual environment and the caches; data/ stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache $(FOREIGN)/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
