# 归雁图: `make run` serves the map, `make test` runs every test; both install what is missing.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-$(shell sha256sum requirements.txt | cut -c1-12)
DEV := $(VENV)/.dev-$(shell sha256sum requirements-dev.txt | cut -c1-12)
VENDOR := static/vendor/.installed-$(shell sha256sum package-lock.json | cut -c1-12)
CATALOGUES := $(wildcard webapp/translations/*/LC_MESSAGES/messages.po)
COMPILED := $(CATALOGUES:.po=.mo)
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install --quiet --require-hashes

.PHONY: help run test lint format translations system system-test demo-scale bench load system-bench

help: ## What each target does
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 16

run: system $(RUNTIME) $(VENDOR) $(COMPILED) ## Install what is missing, then serve on http://127.0.0.1:8000
	@exec $(BIN)/flask serve

test: system system-test $(RUNTIME) $(DEV) $(VENDOR) $(COMPILED) ## Every test, the browser's included
	@$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(DEV) ## ruff, mypy and djlint
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/djlint --quiet --lint webapp/templates

format: $(DEV) ## Bring the code into its form
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

translations: $(DEV) ## Collect the texts to translate into webapp/translations
	@$(BIN)/pybabel -q extract -F babel.cfg -k N_ -k _ --no-location --sort-output --omit-header -o $(VENV)/messages.pot . \
	 && $(BIN)/pybabel -q update -i $(VENV)/messages.pot -d webapp/translations --no-fuzzy-matching --ignore-pot-creation-date

N ?= 1000000
demo-scale: system $(RUNTIME) ## A database of its own with N synthetic projects (N=1000000)
	@$(BIN)/python -m bench.fill $(N)

bench: system system-bench $(RUNTIME) $(DEV) $(VENDOR) $(COMPILED) ## Speed beside the peers, into bench/RESULTS.md (N=1000000 SIZES=1000,…)
	@$(BIN)/python -m bench.run $(N) $(SIZES)

load: system system-bench $(RUNTIME) $(DEV) $(VENDOR) $(COMPILED) ## 100,000 requests of visitors, then again while publishing (N=1000000)
	@$(BIN)/python -m bench.load $(N)

system:
	@deploy/system-packages.sh run

system-test:
	@deploy/system-packages.sh test

system-bench:
	@deploy/system-packages.sh bench

$(VENV)/bin/python:
	@echo "virtual environment …" ; $(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements.txt | $(VENV)/bin/python
	@begun=$$SECONDS; echo "Python packages …"; $(PIP) -r requirements.txt && rm -f $(VENV)/.runtime-* && touch $@ && echo "  $$((SECONDS-begun)) s"

$(DEV): requirements-dev.txt $(RUNTIME)
	@begun=$$SECONDS; echo "Python packages for tests …"; $(PIP) -r requirements-dev.txt && rm -f $(VENV)/.dev-* && touch $@ && echo "  $$((SECONDS-begun)) s"

$(VENDOR): package-lock.json
	@begun=$$SECONDS; echo "browser libraries …"; npm ci --silent --no-audit --no-fund \
	 && rm -rf static/vendor && mkdir -p static/vendor/leaflet \
	 && cp -r node_modules/leaflet/dist/{leaflet.js,leaflet.css,images} static/vendor/leaflet/ \
	 && cp node_modules/protomaps-leaflet/dist/protomaps-leaflet.js static/vendor/ \
	 && sed -i '/^\/\/# sourceMappingURL/d' static/vendor/leaflet/leaflet.js static/vendor/protomaps-leaflet.js \
	 && touch $@ && echo "  $$((SECONDS-begun)) s"

%.mo: %.po $(RUNTIME)
	@$(BIN)/pybabel -q compile -i $< -o $@
