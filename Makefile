# What a newcomer needs: `make run` and `make test`. See CONTRIBUTING.md for the rest.
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run test check lock screenshots clean

run: .venv/run.done
	@if [ -n "$$NEWSBOT_TOKEN" ] || grep -qs '^NEWSBOT_TOKEN=.' .env; \
	then exec $(BIN)/newsbot run; else exec $(BIN)/newsbot demo; fi

test: check
	$(BIN)/pytest --numprocesses=auto

check: .venv/dev.done
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# The lock files hold every dependency with its hashes; the second is the first and the tools of development.
lock: .venv/dev.done
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--extra build --output-file requirements.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--extra build --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

screenshots: .venv/dev.done
	$(BIN)/pytest tests/browser --screenshots=docs

clean:
	rm -rf .venv build *.egg-info

.venv/python.done:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed; name it with: make PYTHON=python3.12 …"; exit 1; }
	@echo "Making .venv and installing what is locked: this takes a minute, once."
	@$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/run.done: requirements.lock pyproject.toml | .venv/python.done
	@$(INSTALL) --require-hashes --requirement requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.done: requirements-dev.lock pyproject.toml | .venv/python.done
	@$(INSTALL) --require-hashes --requirement requirements-dev.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@ .venv/run.done
