PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: demo test lint rules lock picture bench clean

demo: $(STAMP)
	$(BIN)/llmsec-tui demo

test: $(STAMP)
	$(BIN)/python -m pytest

lint: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/llmsec-tui rules lint rules
	$(BIN)/llmsec-tui rules test rules

# One stamp says that the environment holds exactly what the lock and pyproject ask for.
$(STAMP): requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

lock: $(STAMP)
	$(BIN)/pip-compile --quiet --extra dev --generate-hashes --allow-unsafe --strip-extras \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-annotate --no-header --output-file requirements.lock pyproject.toml

picture: $(STAMP)
	$(BIN)/python docs/make_picture.py

bench: $(STAMP)
	$(BIN)/python bench/formats.py
	$(BIN)/python bench/ingest.py
	$(BIN)/python bench/latency.py
	$(BIN)/python bench/console.py
	$(BIN)/python bench/scan.py
	$(BIN)/python bench/correlate.py
	$(BIN)/python bench/monitors.py
	$(BIN)/python bench/drift.py
	$(BIN)/python bench/audit.py
	$(BIN)/python bench/masking.py

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache dist
