# Thin: each target is one command of graduand or of a tool. GNU Make 3.81 (macOS) must understand this file.

PYTHON ?= python3.14 python3.13 python3.12 python3.11 python3
LOCALE  = tui/graduand/locale
PIP     = .venv/bin/python -m pip --quiet --disable-pip-version-check --no-input install --no-deps
LOCK    = uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
          --no-header --no-annotate $(ARGS)
SCOPE   = $(if $(COHORT),--cohort "$(COHORT)")
DAY     = $(if $(ON),--on "$(ON)")

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help compile check plan edit audit dev test coverage gate fmt golden pictures guide bench messages schema lock release

help: ## This list / Cette liste
	@awk -F ':.*## ' '/^##/ { print "\n" substr($$0, 4) } /^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

## For the people of the records (COHORT=2026-spring ON=2026-07-01 OUT=folder ARGS="--any --option")

compile: .venv/.run ## Compile the upload / Compiler l'envoi
	@.venv/bin/graduand compile $(SCOPE) $(DAY) $(if $(OUT),--out "$(OUT)") $(ARGS)

check: .venv/.run ## Say what is wrong / Dire ce qui ne va pas
	@.venv/bin/graduand check $(SCOPE) $(ARGS)

plan: .venv/.run ## What the next upload would change / Ce que le prochain envoi changerait
	@.venv/bin/graduand plan $(SCOPE) $(DAY) $(ARGS)

edit: .venv/.run ## Open the interface (ARGS="00412345 disabled=true": no screen) / Ouvrir l'interface
	@.venv/bin/graduand $(if $(ARGS),edit $(ARGS))

audit: .venv/.run ## Who, when and why / Qui, quand et pourquoi
	@.venv/bin/graduand audit $(SCOPE) $(ARGS)

## For the people of the code (ARGS="...")

dev: .venv/.dev ## Install what the targets below need

test: .venv/.dev ## Run the tests
	@.venv/bin/python -m pytest $(if $(ARGS),$(ARGS),--numprocesses 3 --dist worksteal)

coverage: .venv/.dev ## Run the tests with more examples, say which lines none reaches, fail below the floor
	@GRADUAND_RANDOM_TABLES=2000 GRADUAND_KILLED_CALLS=12 .venv/bin/python -m pytest --numprocesses 3 --dist worksteal --hypothesis-profile=many --cov $(ARGS)

gate: .venv/.dev ## All that must pass before a commit; what CI runs
	@.venv/bin/ruff format --check
	@.venv/bin/ruff check
	@.venv/bin/mypy
	@$(MAKE) --no-print-directory test ARGS=
	@.venv/bin/graduand fmt --check
	@.venv/bin/graduand schema --check
	@.venv/bin/graduand check
	@$(MAKE) --no-print-directory guide ARGS=

fmt: .venv/.dev ## Format the code and the records
	@.venv/bin/ruff check --quiet --fix --exit-zero
	@.venv/bin/ruff format
	@.venv/bin/graduand fmt

golden: .venv/.dev ## Rewrite the golden files; read the diff
	@.venv/bin/python -m pytest --golden-update $(ARGS)

pictures: .venv/.dev ## Draw the screens of the guide and the READMEs again (docs/pictures/)
	@.venv/bin/python -m tests.screens.pictures

# A page that a link does not find, or a warning of any other kind, is an error.
guide: .venv/.dev ## Build the guide in every language (build/guide/)
	@for language in en fr; do \
	  .venv/bin/sphinx-build --quiet --fail-on-warning --keep-going --conf-dir docs --define language=$$language \
	    --doctree-dir build/guide/.doctrees/$$language $(ARGS) docs/$$language build/guide/$$language || exit 1; \
	done

bench: .venv/.dev ## Measure speed and size
	@.venv/bin/python -m tests.bench $(ARGS)

# Typer's own messages are translated too. Messages are sorted, so that moved code leaves the catalogue as it is; the
# template is not in git, so the same sentences give the same bytes.
messages: .venv/.dev ## Bring the catalogue of messages up to date
	@.venv/bin/pybabel --quiet extract --omit-header --no-location --sort-output --no-default-keywords \
	  --keyword _ --keyword N_:1 --keyword ngettext:1,2 --output-file .venv/graduand.pot \
	  tui/graduand "$$(.venv/bin/python -c 'import typer.core; print(typer.core.__file__)')"
	@.venv/bin/pybabel --quiet update --domain graduand --ignore-obsolete --ignore-pot-creation-date \
	  --no-fuzzy-matching --width 120 --input-file .venv/graduand.pot --output-dir $(LOCALE)
	@.venv/bin/pybabel --quiet compile --domain graduand --directory $(LOCALE)

schema: .venv/.run ## Write schema/transition.schema.json
	@.venv/bin/graduand schema $(ARGS)

lock: ## Resolve constraints/ again (ARGS=--upgrade for newer versions)
	@command -v uv >/dev/null || { echo "make lock needs uv, the only tool that resolves for all systems at once." >&2; exit 1; }
	@printf 'hatchling\neditables\npip\n' | $(LOCK) --output-file constraints/run.txt pyproject.toml - >/dev/null
	@printf 'hatchling\neditables\npip\n' | $(LOCK) --extra dev --constraints constraints/run.txt \
	  --output-file constraints/dev.txt pyproject.toml - >/dev/null
	@printf 'build\ncheck-wheel-contents\nhatchling\neditables\npip\n' | $(LOCK) --extra release --constraints constraints/dev.txt \
	  --output-file constraints/release.txt pyproject.toml - >/dev/null

release: .venv/.dev ## Prepare a release (VERSION=0.3.0, ARGS=--dry-run): RELEASING.md
	@.ci/release "$(VERSION)" $(ARGS)

# Stamps, so that nothing is installed twice. They fall when the checkout was moved or copied, or its Python removed.
STALE := $(shell test -x .venv/bin/python && test "$$(cat .venv/.here 2>&1)" = "$$(pwd -P)" || rm -f .venv/.here .venv/.run .venv/.dev)

.venv/.here:
	@found=; for python in $(PYTHON); do \
	  $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  found=$$python; \
	  $$python -c 'import ensurepip, venv' 2>/dev/null || continue; \
	  echo "Setting up .venv, once / Installation dans .venv, une seule fois ..." >&2; \
	  rm -rf .venv; $$python -m venv .venv && pwd -P >$@ && exit 0; \
	  rm -rf .venv; exit 1; \
	done; \
	if test -n "$$found"; then \
	  echo "$$found has no venv module: install the python3-venv package of your system." >&2; \
	  echo "$$found n'a pas le module venv : installez le paquet python3-venv de votre système." >&2; \
	else \
	  echo "graduand needs Python 3.11 or newer: install it, or name it (make PYTHON=/path/to/python3 ...)." >&2; \
	  echo "graduand a besoin de Python 3.11 ou plus récent : installez-le, ou nommez-le (make PYTHON=/chemin/python3 ...)." >&2; \
	fi; exit 1

.venv/.run: .venv/.here pyproject.toml constraints/run.txt
	@$(PIP) --require-hashes --requirement constraints/run.txt
	@$(PIP) --no-build-isolation --editable .
	@touch $@

.venv/.dev: .venv/.run constraints/dev.txt
	@$(PIP) --require-hashes --requirement constraints/dev.txt
	@touch $@
