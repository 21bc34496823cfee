"""The house rules that a machine can check."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOOR = "foundation"
MEASUREMENTS = "benchmarks"
FOLDERS = ("bqml_export", "serve_app", "kuberay", "loadtest", "image")
MODULES = sorted(
    path for folder in (FLOOR, *FOLDERS, MEASUREMENTS) for path in (ROOT / folder).rglob("*.py")
)
MAX_LINES = 400
# Heavy or single-maintainer packages, and the only modules that may import them at the top.
SEAMS = {
    "tensorflow": (
        "bqml_export/embedded/ml/saved_model/_tensorflow_runtime.py",
        "benchmarks/rivals/",
        "serve_app/kinds/tensorflow/",
        "serve_app/warmup/records.py",
        "serve_app/protocols/tfs/grpc/",
        "foundation/protos/",
    ),
    # The rivals of the benchmark are programs; `test_nothing_imports_the_rivals`.
    "ray": ("serve_app/hosting/", "benchmarks/rivals/"),
    "locust": ("loadtest/traffic/", "loadtest/locustfile.py"),
    "gevent": ("loadtest/traffic/", "loadtest/locustfile.py"),
    "bqemulator": ("bqml_export/embedded/bigquery/backend/_bqemulator_app.py",),
}
VAGUE_NAMES = {"utils.py", "util.py", "helpers.py", "common.py", "misc.py"}


def name_of(path: Path) -> str:
    """Returns the path relative to the project."""
    return str(path.relative_to(ROOT))


@cache
def imports(path: Path, *, top_level_only: bool = False) -> tuple[str, ...]:
    """The dotted names that a module imports, outside `if TYPE_CHECKING`."""
    names: list[str] = []
    for node in _at_run_time(ast.parse(path.read_text()), functions=not top_level_only):
        if isinstance(node, ast.Import):
            names += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
    return tuple(names)


def _at_run_time(node: ast.AST, *, functions: bool) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        is_type_check = isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"
        is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        if not is_type_check and (functions or not is_function):
            yield child
            yield from _at_run_time(child, functions=functions)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_is_small_and_named_after_what_it_holds(path: Path) -> None:
    """400 lines are the end; a vague name would collect everything."""
    assert len(path.read_text().splitlines()) <= MAX_LINES
    assert path.name not in VAGUE_NAMES


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_the_folders_meet_only_at_files_and_sockets(path: Path) -> None:
    """And on the ground floor; benchmarks import whom they measure.

    One exception: kuberay may import serve_app's typed settings.
    """
    own = path.relative_to(ROOT).parts[0]
    for module in imports(path):
        other = module.partition(".")[0]
        assert other != MEASUREMENTS or own == MEASUREMENTS, module
        if own != MEASUREMENTS and other in FOLDERS and other != own:
            assert (own, module.startswith("serve_app.settings")) == ("kuberay", True), module


@pytest.mark.parametrize("path", sorted((ROOT / FLOOR).rglob("*.py")), ids=name_of)
def test_the_ground_floor_carries_the_folders_and_knows_none(path: Path) -> None:
    """Nor anything heavy, except where protobuf's messages are written and declared."""
    light = {FLOOR, "click", "pydantic", "pydantic_settings", "rich", "yaml"}
    packages = {module.partition(".")[0] for module in imports(path)} - {"__future__"}
    if name_of(path).startswith("foundation/protos/"):
        light |= {"google", "tensorflow"}
    assert packages - sys.stdlib_module_names <= light


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_heavy_packages_stay_behind_their_doors(path: Path) -> None:
    """Everything else imports them inside functions, if at all."""
    for module in imports(path, top_level_only=True):
        package = module.partition(".")[0]
        if package in SEAMS:
            assert name_of(path).startswith(SEAMS[package]), module


CORE = ("kinds", "predictor", "lifecycle", "repository", "config", "metrics")


def rooms(*names: str) -> list[Path]:
    """Returns the modules of some rooms of serve_app."""
    return sorted(path for name in names for path in (ROOT / "serve_app" / name).rglob("*.py"))


@pytest.mark.parametrize("path", rooms(*CORE), ids=name_of)
def test_the_core_knows_no_protocol_and_no_transport(path: Path) -> None:
    """No HTTP, no gRPC, no Ray."""
    forbidden = {"http", "grpc", "ray", "starlette", "uvicorn"}
    ours = ("serve_app.protocols", "serve_app.transports", "serve_app.hosting")
    for module in imports(path):
        assert module.partition(".")[0] not in forbidden, module
        assert not module.startswith(ours), module


ORDER = (
    "errors", "settings", "kinds", "metrics", "repository", "config", "predictor",
    "protocols", "warmup", "lifecycle", "transports", "hosting", "application", "launcher", "cli",
    "__main__",
)  # fmt: skip
"""The rooms and modules of serve_app: each may import those before it."""


def test_the_rooms_of_serve_app_import_downwards() -> None:
    """So no two of them need each other; imports for types alone do not count."""
    upwards = set()
    for path in sorted((ROOT / "serve_app").rglob("*.py")):
        own = path.relative_to(ROOT / "serve_app").parts[0].removesuffix(".py")
        for module in imports(path):
            folder, _, inner = module.partition(".")
            other = inner.partition(".")[0]
            if folder == "serve_app" and other and ORDER.index(other) > ORDER.index(own):
                upwards.add((own, other))
    assert not upwards


INSIDES = re.compile(
    r"ray\.serve\._private|ray\._private|internal_kv|uvicorn\.protocols|HTTP_PROTOCOLS"
)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_the_insides_of_ray_and_uvicorn_lie_in_one_room(path: Path) -> None:
    """`serve_app/hosting/seams.py` lists them."""
    if not name_of(path).startswith("serve_app/hosting/"):
        assert not INSIDES.findall(path.read_text())


@pytest.mark.parametrize("path", rooms("transports", "hosting"), ids=name_of)
def test_transports_carry_bytes(path: Path) -> None:
    """They know no tensors."""
    assert not {module for module in imports(path) if module.startswith(("numpy", "tensorflow"))}


@pytest.mark.parametrize("path", rooms("transports"), ids=name_of)
def test_transports_know_no_protocol(path: Path) -> None:
    """Only the seams to them, and the names of their services."""
    seams = ("http", "rpc", "services")
    for module in imports(path):
        if module.startswith("serve_app.protocols"):
            assert module.removeprefix("serve_app.protocols.") in seams


@pytest.mark.parametrize("command", ["serve_app", "bqml_export", "kuberay", "loadtest"])
def test_help_loads_nothing_heavy(command: str) -> None:
    """`--help` answers at once because it imports almost nothing."""
    code = (
        f"import sys; sys.argv = ['x', '--help']\n"
        f"from {command}.__main__ import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted({'tensorflow', 'ray', 'numpy', 'google', 'duckdb', 'sqlglot', 'rich',"
        " 'gevent', 'psutil', 'kubernetes', 'jsonschema', 'pydantic_settings'}"
        " & set(sys.modules)))"
    )
    assert last_line_of(code) == "[]"


def test_a_load_test_needs_neither_ray_nor_tensorflow() -> None:
    """And the process that watches over it is not patched by gevent."""
    code = (
        "import sys, loadtest.run.run, loadtest.report.live, loadtest.verdict.judge\n"
        "print(sorted({'tensorflow', 'ray', 'serve_app', 'gevent', 'locust', 'google.protobuf'}"
        " & set(sys.modules)))"
    )
    assert last_line_of(code) == "[]"


def test_who_compares_servers_runs_none_of_them() -> None:
    """Neither ours nor the rivals: their cost must not be the generator's."""
    code = (
        "import sys, benchmarks.comparison.benchmark, benchmarks.growth._curves\n"
        "print(sorted({'tensorflow', 'ray', 'locust'} & set(sys.modules)))"
    )
    assert last_line_of(code) == "[]"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_imports_the_rivals(path: Path) -> None:
    """They load TensorFlow and Ray, each in a process of its own."""
    rivals = "benchmarks.rivals"
    if not name_of(path).startswith("benchmarks/rivals/"):
        assert not [module for module in imports(path) if module.startswith(rivals)]


def last_line_of(code: str) -> str:
    """Returns the last line that a Python of its own prints."""
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip().splitlines()[-1]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_private_module_is_imported_by_its_neighbours_only(path: Path) -> None:
    """A leading underscore means: this folder, and the one that it is a part of."""
    own = ".".join(path.relative_to(ROOT).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            for name in names:
                package, _, inner = name.rpartition("._")
                ours = package.partition(".")[0] in (FLOOR, *FOLDERS, MEASUREMENTS)
                if ours and (ROOT / package.replace(".", "/") / f"_{inner}.py").is_file():
                    assert own in (package, package.rpartition(".")[0]), name


@pytest.mark.parametrize("folder", [FLOOR, "loadtest", MEASUREMENTS, "kuberay", "bqml_export"])
def test_the_rooms_of_a_folder_form_no_circle(folder: str) -> None:
    """What a room needs never needs the room, so that each can be read by itself."""
    uses: dict[str, set[str]] = {}
    for path in (ROOT / folder).rglob("*.py"):
        own = path.relative_to(ROOT).with_suffix("").parts[1]
        ours = (module for module in imports(path) if module.startswith(f"{folder}."))
        found = {module.split(".")[1] for module in ours}
        uses.setdefault(own, set()).update(found - {own})
    while free := {room for room, used in uses.items() if not used & uses.keys()}:
        uses = {room: used for room, used in uses.items() if room not in free}
    assert uses == {}
