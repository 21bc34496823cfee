"""Every shell block of the README is run: as it stands, or with what differs here.

A command that no entry of `COMMANDS` knows fails: it would be the first to rot.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.installed_wheel import ROOT, InstalledWheel, environment

if TYPE_CHECKING:
    from tests.conftest import SharedService

HOUSES = "price,rooms,area\n" + "".join(f"{30 * n},{n % 5},{n}.5\n" for n in range(1, 41))
MODEL = """
CREATE OR REPLACE MODEL demo.my_model
OPTIONS(model_type='linear_reg', input_label_cols=['price']) AS
SELECT price, rooms, area FROM demo.houses
"""
SHORT_LOAD = (
    "target.model=iris_model", "replicas.dashboard_url=", "rules.start_replicas=0",
    "rules.min_replicas_seen=0", "rules.end_replicas=0", "rules.min_rps=1", "rules.sustained_s=1",
    "rules.rps_window_s=1",
    "rules.p99_ms=10000", "rules.first_answer_s=10", "phases.idle_s=1", "phases.ramp_s=1",
    "phases.plateau_s=3", "phases.cooldown_s=1", "phases.users=2", "traffic.think_s=0.1",
    "generator.preflight_factor=0", "generator.max_gap_s=30", "generator.max_cpu_percent=100",
    "generator.max_lag_ms=30000",
)  # fmt: skip
SHORT_PLAN = (
    "target.model=iris_model", "plan.steps=2", "plan.step_s=3", "plan.max_users=2",
    "plan.p99_ms=10000",
)  # fmt: skip


def blocks(text: str) -> list[list[str]]:
    """Returns the commands of each shell block, without comments."""
    found = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [[*_commands(block.replace("\\\n", ""))] for block in found]


def _commands(block: str) -> Iterator[str]:
    for line in block.splitlines():
        if command := re.sub(r"\s+# .*|^#.*", "", line).strip():
            yield command


BLOCKS = blocks((ROOT / "README.md").read_text())
LINES = [line for block in BLOCKS for line in block]


@dataclass
class Desk:
    """A user's folder with a few files, and what the commands told each other.

    Attributes:
        folder: Where they run; `serving_dir` in it is the shared service's repository.
    """

    folder: Path
    wheel: InstalledWheel
    service: SharedService
    exported: str = ""
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, command: str) -> str:
        """Returns what a command prints; it must succeed."""
        variables = {**environment(), **self.variables}
        variables["PATH"] = f"{self.wheel.bin}:{variables['PATH']}"
        done = subprocess.run(
            command, cwd=self.folder, env=variables, shell=True, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False, timeout=240,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def desk(
    tmp_path_factory: pytest.TempPathFactory, wheel: InstalledWheel, iris_service: SharedService
) -> Desk:
    """The folder in which all commands run, one after the other."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "houses.csv").write_text(HOUSES)
    (folder / "my_model.sql").write_text(MODEL)
    shutil.copy(ROOT / "kuberay" / "examples" / "small.yaml", folder / "deploy.yaml")
    (folder / "serving_dir").symlink_to(iris_service.root)
    (folder / "benchmarks").symlink_to(ROOT / "benchmarks")
    (folder / "serve_app").mkdir()
    shutil.copy(ROOT / "serve_app" / "config.yaml", folder / "serve_app" / "config.yaml")
    shutil.copytree(iris_service.root / "iris_model" / "1", folder / "export_folder")
    return Desk(folder, wheel, iris_service, variables={"BQML_EXPORT_URL": iris_service.url})


def as_it_stands(desk: Desk, line: str) -> None:
    """Runs it."""
    desk.run(line)


def with_options(*options: str) -> Callable[[Desk, str], None]:
    """Returns what runs it with more options."""

    def run(desk: Desk, line: str) -> None:
        desk.run(" ".join([line, *options]))

    return run


def with_sets(*pairs: str) -> Callable[[Desk, str], None]:
    """Returns what runs it with some settings for a short run."""
    options = " ".join(f"--set {pair}" for pair in pairs)

    def run(desk: Desk, line: str) -> None:
        line = line.replace("http://host:8501", desk.service.url)
        desk.run(f"{line.replace('--local', f'--url {desk.service.url}')} {options}")

    return run


def form_only(desk: Desk, line: str) -> None:
    """It would take a cloud or minutes: only its options are read."""
    assert desk.run(f"{line} --help").startswith("Usage: ")


def make(_: Desk, line: str) -> None:
    """Make has such a target, and what it runs is known: the shared service is `make serve`."""
    done = subprocess.run(
        f"{line} --dry-run", shell=True, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout


def curl(desk: Desk, line: str) -> None:
    """The service answers the very request."""
    answer = desk.run(line.replace("http://127.0.0.1:8501", desk.service.url) + " --silent --fail")
    assert json.loads(answer)["predictions"][0]["predicted_species"] == ["versicolor"]


def export(desk: Desk, line: str) -> None:
    """Where it went to is what the next one pulls."""
    desk.exported = desk.run(line).strip()


def pull(desk: Desk, line: str) -> None:
    """From where the export went."""
    desk.run(line.replace("gs://bqml-exports/...", desk.exported))


def served(desk: Desk, line: str) -> None:
    """The shared service was started by this command, with ports of its own."""
    command = Path(f"/proc/{desk.service.pid}/cmdline").read_bytes().decode().split("\0")
    program, verb, option, _ = line.split()
    assert [Path(command[1]).name, *command[2:4]] == [program, verb, option]


def import_path(desk: Desk, line: str) -> None:
    """Builds the application as Ray Serve would; test_application.py serves the config file."""
    path, *arguments = line.split()[2:]
    if path.endswith(".yaml"):
        code = f"""
import yaml
from ray.serve.schema import ServeDeploySchema
(app,) = ServeDeploySchema.model_validate(yaml.safe_load(open({path!r}))).applications
path = app.import_path
"""
    else:
        code = f"path = {path!r}"
    pairs = dict(pair.split("=") for pair in arguments)
    code += f"""
from importlib import import_module
module, name = path.split(":")
print(getattr(import_module(module), name)({pairs!r}))
"""
    (desk.folder / "build.py").write_text(code)
    assert "Application" in desk.run("python build.py")


def client_side(desk: Desk, line: str) -> None:
    """All but sending."""
    desk.run(line.replace("--wait", "--dry-run client"))


COMMANDS: dict[str, Callable[[Desk, str], None]] = {
    "make": make,
    "curl": curl,
    "bqml-export load": as_it_stands,
    "bqml-export train": as_it_stands,
    "bqml-export bucket create": with_options("--local"),
    "bqml-export export": export,
    "bqml-export pull": pull,
    "bqml-export up": as_it_stands,
    "bqml-export deploy": form_only,
    # Nobody serves it there: a version without a record could not be verified.
    "bqml-export publish": with_options("--root other_dir"),
    "bqml-serve serve": served,
    "bqml-export verify": with_options("--model my_model"),
    "bqml-export promote": as_it_stands,
    "bqml-export ls": as_it_stands,
    "bqml-serve config show": as_it_stands,
    "bqml-loadtest run": with_sets(*SHORT_LOAD),
    "bqml-loadtest plan": with_sets(*SHORT_PLAN),
    "python -m benchmarks": form_only,
    "serve run": import_path,
    "bqml-kuberay render": client_side,
}


@pytest.mark.parametrize("line", LINES)
def test_a_command_of_the_readme_does_what_it_says(desk: Desk, line: str) -> None:
    """In the order of the page: each works on what those before have made."""
    known = [how for words, how in COMMANDS.items() if f"{line} ".startswith(f"{words} ")]
    assert known, f"no entry of COMMANDS knows how to run `{line}` here"
    known[0](desk, line)


def test_the_blocks_are_found() -> None:
    """Comments are no commands, and a backslash goes on in the next line."""
    text = "```sh\n# only this\nfirst --url \\\n  http://x   # why\nsecond\n```\n```sql\nno\n```\n"
    assert blocks(text) == [["first --url   http://x", "second"]]
    assert len(LINES) > 10
