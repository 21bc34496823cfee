"""The installed Ray, uvicorn and HAProxy still have all that we use without their promise."""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from serve_app.hosting.seams import READ_FROM, SEAMS, Seam

ROOT = Path(__file__).parents[3]
WRITERS = ("foundation", "serve_app", "kuberay/render", "loadtest", "benchmarks", "image")


def installed(theirs: str) -> Path:
    """The file of a module, or of a path below site-packages; it need not exist."""
    package, *inner = theirs.split("/") if "/" in theirs else theirs.split(".")
    spec = find_spec(package)
    assert spec, f"package {package} is not installed"
    assert spec.origin
    file = Path(spec.origin).parent.joinpath(*inner)
    if "/" in theirs:
        return file
    return file / "__init__.py" if file.is_dir() else file.with_suffix(".py")


@cache
def tree_of(file: Path) -> ast.Module:
    """What a module says; importing it would take seconds, and warn."""
    return ast.parse(file.read_text())


def definition(tree: ast.AST, dotted: str) -> ast.AST | None:
    """Where a name is defined, None where it is not."""
    name, _, rest = dotted.partition(".")
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else []
        names = [ast.unparse(target) for target in targets]
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names = [node.name]
        if name in names:
            return definition(node, rest) if rest else node
    return None


def fault(seam: Seam) -> str:
    """What the installed release has not, or an empty text."""
    module, _, attribute = seam.theirs.partition(":")
    file = installed(module)
    if not file.exists():
        return f"{file} does not exist"
    if not attribute:
        missing = [text for text in seam.texts if text.encode() not in file.read_bytes()]
        return f"{file.name} does not say {missing}" if missing else ""
    found = definition(tree_of(file), attribute)
    if found is None:
        return f"{file.name} does not define it"
    source = ast.get_source_segment(file.read_text(), found) or ""
    missing = [text for text in seam.texts if text not in source]
    missing += [name for name in seam.parameters if name not in parameters_of(found)]
    return f"it does not have {missing}" if missing else ""


def parameters_of(found: ast.AST) -> list[str]:
    """The names of a function's parameters."""
    assert isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef)
    arguments = found.args
    return [each.arg for each in (*arguments.args, *arguments.kwonlyargs)]


@pytest.mark.parametrize("seam", SEAMS, ids=lambda seam: f"{seam.used_by}: {seam.name}")
def test_a_seam_is_as_the_installed_release_has_it(seam: Seam) -> None:
    """Each by its name, with the file of ours that leans on it and what to do."""
    found = fault(seam)
    assert not found, (
        f"{seam.name} of {seam.theirs}: {found}. {seam.used_by} leans on it: {seam.why}. "
        "Read what the new release does instead, change that file and the entry in "
        "serve_app/hosting/seams.py; docs/ray_upgrade.md has the steps"
    )


@pytest.mark.parametrize("seam", SEAMS, ids=lambda seam: seam.name)
def test_the_list_names_the_file_that_uses_a_seam(seam: Seam) -> None:
    """By the seam's own name, so that neither outlives the other."""
    assert seam.name.strip('"') in (ROOT / seam.used_by).read_text()


def variables() -> list[tuple[str, str]]:
    """Each variable that is set for Ray, with its file; a validator of manifests sets none."""
    quoted = re.compile(r"""["'](RAY_[A-Za-z_]{3,})["']""")
    files = [path for folder in WRITERS for path in (ROOT / folder).rglob("*.py")]
    return sorted({(str(path.relative_to(ROOT)), name) for path in files
                   for name in quoted.findall(path.read_text())
                   if path.name != "seams.py"})  # fmt: skip


@pytest.mark.parametrize(("used_by", "name"), variables())
def test_a_variable_that_is_set_is_one_that_ray_reads(used_by: str, name: str) -> None:
    """One that nobody reads is as if it were not set, without a word."""
    text = (name if name.isupper() else name.removeprefix("RAY_")).encode()
    assert any(text in installed(file).read_bytes() for file in READ_FROM), (
        f"Ray does not read {name} any more: find what {used_by} has to set instead"
    )


def test_every_private_import_is_in_the_list() -> None:
    """Whatever of Ray's or uvicorn's own modules hosting imports."""
    listed = {part for seam in SEAMS for part in (seam.name, seam.theirs.rpartition(":")[2])}
    for path in (ROOT / "serve_app" / "hosting").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and re.match(
                r"ray\..*_private|uvicorn\.protocols", node.module or ""
            ):
                names = {alias.name for alias in node.names}
                assert names <= listed, f"{path.name}: {names - listed}"


def test_every_attribute_of_uvicorns_connection_that_is_used_is_in_the_list() -> None:
    """Those that our own class does not define."""
    tree = tree_of(ROOT / "serve_app" / "hosting" / "uvicorn_protocol.py")
    attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    of_self = [node for node in attributes if ast.unparse(node.value) == "self"]
    ours = {node.attr for node in of_self if isinstance(node.ctx, ast.Store)}
    ours |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    theirs = {node.attr for node in of_self} - ours
    theirs |= {node.attr for node in attributes if ast.unparse(node.value) == "super()"}
    assert theirs - {"__init__"} - {seam.name for seam in SEAMS} == {"server_state"}


def test_ray_serve_leaves_the_protocol_of_its_listeners_to_uvicorn() -> None:
    """Where it names one itself, the protocol that install.py puts in place is not used."""
    source = tree_of(installed("ray.serve._private.http_util"))
    calls = [
        node
        for node in ast.walk(source)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "uvicorn.Config"
    ]
    assert calls
    assert all(keyword.arg != "http" for call in calls for keyword in call.keywords)
