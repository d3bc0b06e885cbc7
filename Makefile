# Everything a person does with this tree. Needs Python 3.11 or newer and make; the rest is installed into .venv.
PYTHON ?= python3
BIN := .venv/bin
ROOMS := institute content bookings leads mail
UV_FLAGS := --universal --python-version 3.11 --fork-strategy fewest --generate-hashes --no-emit-index-url --no-emit-find-links

.PHONY: help run manage test parsers faults quarter bench lint format lock venv clean

help:
	@echo "make run      the whole site on this machine: HOST, PORT and DATA_DIR can be given"
	@echo "make test     every test that this machine can run; ARGS=\"…\" goes to pytest"
	@echo "make parsers  fetch a second mail parser for make test; needs npm"
	@echo "make faults   faults in full, with a table of figures: make faults ARGS=\"F3\""
	@echo "make quarter  5,000 simulated visitors over 13 weeks; every figure of the funnel compared"
	@echo "make manage   one management command: make manage ARGS=\"demo_data --remove\""
	@echo "make bench    figures as ratios: both sides in one run"
	@echo "make lint     ruff, mypy, djlint and the import contracts"
	@echo "make format   put Python into its format"
	@echo "make lock     lock the requirements anew, with hashes"
	@echo "make clean    remove .venv and what tests leave behind; data stays"

run:
	@$(PYTHON) institute/launch run

manage:
	@$(PYTHON) institute/launch manage $(ARGS)

venv:
	@$(PYTHON) institute/launch venv dev

test: venv
	@$(BIN)/python -m tests $(ARGS)

parsers:
	@cd tests/parsers && npm ci

faults: venv
	@$(BIN)/python -m tests.faults $(ARGS)

quarter: venv
	@$(BIN)/python -m tests.simulated

bench: venv
	@$(BIN)/python -m benchmarks $(ARGS)

lint: venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/mypy $(ROOMS)

format: venv
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: venv
	$(BIN)/uv pip compile $(UV_FLAGS) pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile $(UV_FLAGS) --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis test-results
