# Every recipe sets itself up (packaging/setup.py): a fresh Debian or Ubuntu with Python, pip and make is enough.

PYTHON ?= python3
JOBS ?= 2
BIN := .venv/bin
OUT ?= demo
BENCHES := data leaks window heartbeat click jobs import growth diff training demo learning cost cluster report onnx

.DEFAULT_GOAL := help
.PHONY: help setup run test test-peers lint format demo screenshots bench $(BENCHES:%=bench-%) faults statistics package translations lock clean
# Two goals on one command line must not set up the same folder at once.
.NOTPARALLEL:

help: ## list what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 22

setup: ## make the environment (every other goal does it by itself)
	@$(PYTHON) packaging/setup.py tests

run: ## open the window; where there is no display, run the demo and say where its results lie
	@$(PYTHON) packaging/setup.py window
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname -s)" != Linux ]; then exec $(BIN)/ciclo; \
	else echo "There is no display here, so the demo runs without one."; $(MAKE) --no-print-directory demo; fi

demo: setup ## the whole main job on the bundled sample, without a display; results in OUT (demo)
	@QT_QPA_PLATFORM=offscreen $(BIN)/ciclo demo --out "$(OUT)"
	@echo "The project, the report, the bundle and the screenshots are in $(abspath $(OUT))"

test: lint ## all checks and all tests
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(ARGS)

test-peers: setup # real MLflow, DVC and others, each in an environment of its own below .tools; fetches them
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest tests/peers --timeout=1200 $(ARGS)

lint: setup ## style, types, layers
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: setup ## rewrite the code in the house's style
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

faults: setup ## only the tests that kill, fill and damage
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest tests/faults $(ARGS)
	@$(BIN)/python -m tests.faults.data.grammar
	@$(BIN)/python -m tests.faults.deployment.hostile

bench: setup ## speed and memory, as ratios; also one by one: bench-window bench-import ...
	@missed=0; for one in $(BENCHES); do $(MAKE) --no-print-directory bench-$$one || missed=1; done; exit $$missed

$(filter-out bench-jobs,$(BENCHES:%=bench-%)): bench-%: setup
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.bench.bench_$* $(ARGS)

statistics: setup ## whether intervals and comparisons keep what they say, simulated
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.bench.bench_statistics $(ARGS)

bench-jobs: setup
	@$(BIN)/python -m pytest tests/bench/test_jobs.py -q -s $(ARGS)

screenshots: ## a picture of every page, in both languages, light and dark
	@$(PYTHON) packaging/setup.py screenshots
	@QT_QPA_PLATFORM=offscreen $(BIN)/python packaging/screenshots.py

package: ## a folder that runs without Python: dist/ciclo
	@$(PYTHON) packaging/setup.py package
	@$(BIN)/pyinstaller --noconfirm --clean --distpath dist --workpath build packaging/ciclo.spec
	@QT_QPA_PLATFORM=offscreen $(BIN)/python packaging/try_package.py dist/ciclo

translations: setup ## compile the catalogues
	@$(BIN)/python packaging/translations.py

lock: setup ## choose the newest versions again and write the lock files
	@$(BIN)/python packaging/lock.py

clean: ## remove what was made (the environment too)
	rm -rf .venv .tools build dist screenshots .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find app tests packaging -name __pycache__ -type d -prune -exec rm -rf {} +
	find resources -name '*.mo' -delete
