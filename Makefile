# On a fresh machine: `make serve`, `make loadtest` and `make test`.
PYTHON ?= python3
VENV   ?= .venv
SQL    ?= sql/iris_model.sql
ROOT   ?= serving_dir
PORT   ?= 8501
GRPC_PORT ?= 8500
# More than cores: most tests wait, for Ray and for what they have started.
WORKERS ?= 4

BIN     := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: serve loadtest bench test lint format clean
.DEFAULT_GOAL := serve

# The virtual environments are made new when what they are made from changes.
serve: $(VENV)/.serve
	@$(BIN)/bqml-export up $(SQL) --root $(ROOT) --local
	@exec $(BIN)/bqml-serve serve --root $(ROOT) --port $(PORT) --grpc-port $(GRPC_PORT)

# One replica, then load, then the verdict; 0 passed, 1 failed, 2 proved nothing.
loadtest: $(VENV)/.loadtest
	@$(BIN)/bqml-export up $(SQL) --root $(ROOT) --local
	@exec $(BIN)/bqml-loadtest run --local --root $(ROOT) $(ARGS)

# Our service beside others, per CPU second; about ten minutes.
bench: $(VENV)/.loadtest
	@$(BIN)/bqml-export up $(SQL) --root $(ROOT) --local
	@exec $(BIN)/python -m benchmarks --root $(ROOT) $(ARGS)

# COVERAGE=1 tells which lines the tests run in their own processes, and leaves .coverage.json.
COVER = -m slipcover --source foundation,bqml_export,serve_app,kuberay,loadtest --omit '*_pb2.py' \
        --json --out .coverage.json
test: $(VENV)/.dev
	@$(BIN)/python $(if $(COVERAGE),$(COVER)) -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(VENV)/.dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

clean:
	rm -rf $(VENV) $(ROOT) .bqml

$(VENV)/.serve: $(BIN)/python pyproject.toml constraints.txt
	@echo "installing Ray Serve, TensorFlow and the embedded BigQuery ML into $(VENV) (once, minutes) ..."
	@$(INSTALL) --editable '.[serve,local]'
	@touch $@

$(VENV)/.loadtest: $(VENV)/.serve
	@echo "installing Locust into $(VENV) ..."
	@$(INSTALL) --editable '.[serve,local,loadtest]'
	@touch $@

$(VENV)/.dev: $(VENV)/.loadtest
	@echo "installing the development tools into $(VENV) ..."
	@$(INSTALL) --editable '.[serve,local,loadtest,kuberay,dev]'
	@touch $@

# Debian splits ensurepip off into python3-venv: where it is absent, the system's pip fills in.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(v not in ((3, 11), (3, 12)) and f"{sys.executable} is Python {v[0]}.{v[1]}; 3.11 or 3.12 is needed: make PYTHON=python3.11 ...")'
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { \
	  rm -rf $(VENV); \
	  $(PYTHON) -m venv --without-pip $(VENV) && \
	  $(PYTHON) -m pip --quiet --python $(BIN)/python install pip; }
