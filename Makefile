# railwright: the two set-up commands are `make site` and `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INTENT ?= intent/cluster.yml
NODES ?= 8
ROOT := $(shell [ "$$(id -u)" = 0 ] && echo yes)

# What the lab and PDF files need beside Python, and what the tests do: a browser for the phone page,
# LibreOffice and Graphviz as readers of what is written. Installed only where root allows.
APT := debian-archive-keyring fonts-dejavu-core fonts-wqy-microhei frr iproute2 iputils-ping \
  kea-dhcp4-server libyang-tools lldpd mmdebstrap mount openssh-client procps redis-server \
  redis-tools util-linux
APT_TEST := chromium dpkg-dev gpg gpg-agent graphviz kmod libreoffice-calc-nogui nginx-light rpm

.PHONY: help site test nightly venv system readers lint types unit lab-test golden schema lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

site: venv system ## set up, plan and write the reference, run it in the lab, converge and verify it
	$(BIN)/railwright validate $(INTENT)
	$(BIN)/railwright build $(INTENT)
	@if reason="$$($(BIN)/railwright lab check 2>&1)"; then \
	  $(BIN)/railwright lab up $(INTENT) --nodes $(NODES) && \
	  RAILWRIGHT_SECRET_SNMP_RO="$${RAILWRIGHT_SECRET_SNMP_RO:-lab-only}" \
	    $(BIN)/railwright lab exec $(INTENT) -- $(CURDIR)/$(BIN)/ansible-playbook site.yml; \
	else \
	  echo "SKIPPED live part: $$reason"; \
	  [ -z "$${REQUIRE_LAB:-}" ] || { echo "REQUIRE_LAB is set: this is a failure"; exit 1; }; \
	fi

test: venv system readers lint types unit lab-test ## set up and run every check and test

nightly: venv system ## the whole reference live; nodes of every system upgraded, with every fault; archives
	REQUIRE_LAB=1 $(BIN)/pytest -m nightly tests/lab

venv: $(VENV)/.ready
$(VENV)/.ready: pyproject.toml requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# Daemons are for the lab's own name spaces: policy-rc.d keeps them from starting on this host.
define install
@missing="$$(dpkg-query -W -f '$${Package} $${db:Status-Status}\n' $(1) 2>/dev/null \
  | awk '$$2 == "installed" {print $$1}' | sort | comm -13 - <(printf '%s\n' $(1) | sort))"; \
if [ -n "$$missing" ]; then \
  [ -e /usr/sbin/policy-rc.d ] || { printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d; \
    chmod 755 /usr/sbin/policy-rc.d; trap 'rm -f /usr/sbin/policy-rc.d' EXIT; }; \
  apt-get update --quiet=2; \
  DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends $$missing; \
fi
endef

system:
ifeq ($(ROOT),yes)
	$(call install,$(APT))
else
	@echo "not root: system packages are not installed ($(APT))"
endif

readers:
ifeq ($(ROOT),yes)
	$(call install,$(APT_TEST))
else
	@echo "not root: system packages are not installed ($(APT_TEST))"
endif

lint: venv ## ruff, import contracts, ansible-lint, yamllint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/yamllint --strict .
	$(BIN)/ansible-lint --offline --profile production

types: venv ## mypy --strict
	$(BIN)/mypy

unit: venv ## everything that needs no network name spaces
	$(BIN)/pytest -n 2 -m "not lab and not nightly" tests

lab-test: venv system ## real switches and nodes in name spaces
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m "lab and not alone and not nightly" tests
	$(BIN)/pytest -m "lab and alone and not nightly" tests/lab

golden: venv ## rewrite the expected files of the small fabrics; review the diff
	$(BIN)/pytest -q tests/golden/test_golden.py --update-golden

schema: venv ## rewrite the generated JSON Schema and intent reference
	$(BIN)/python -m railwright.intent.schema

lock: ## pin every dependency
	$(BIN)/uv pip compile --quiet --all-extras --python-version 3.11 --no-header pyproject.toml \
	  --output-file requirements.lock

clean: ## stop the lab, remove what was built
	-[ ! -x $(BIN)/railwright ] || $(BIN)/railwright lab down $(INTENT)
	rm -rf build $(VENV)
