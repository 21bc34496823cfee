"""`render`: write the Kubernetes manifests of a deploy file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

_STDOUT = "-"


@click.command(
    epilog="\b\nExamples:\n  bqml-kuberay render deploy.yaml | kubectl apply -f -\n"
    "  bqml-kuberay render base.yaml -f prod.yaml --set scale.max_replicas=12 -o manifests/",
)
@click.argument("deploy_file", type=click.Path(path_type=Path), metavar="DEPLOY_FILE")
@click.option("--overlay", "-f", "overlays", type=click.Path(path_type=Path), multiple=True,
              help="A file whose keys win over the deploy file's; repeatable.")  # fmt: skip
@click.option("--set", "assignments", multiple=True, metavar="KEY=VALUE",
              help="One key (scale.max_replicas=12); wins over all files, repeatable.")  # fmt: skip
@click.option("--output", "-o", default=_STDOUT, metavar="DIR",
              help="Folder for one file per kind of object.  [default: - for stdout]")  # fmt: skip
def render(
    deploy_file: Path, overlays: tuple[Path, ...], assignments: tuple[str, ...], output: str
) -> None:
    """Write the manifests that DEPLOY_FILE stands for, ready for kubectl apply and for GitOps.

    The same input gives the same bytes. `bqml-kuberay settings` lists the keys of the file.
    """
    from kuberay.render import manifests
    from kuberay.settings.load import load

    deploy = load([deploy_file, *overlays], assignments)
    if output == _STDOUT:
        click.echo(manifests.stream(deploy), nl=False)
    else:
        _write(Path(output), manifests.files(deploy), manifests.HEADER)


def _write(folder: Path, files: Mapping[str, str], header: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.glob("*.yaml")):
        # Of an earlier render: `kubectl apply -f` would bring back what was switched off.
        if path.name not in files and path.read_text().startswith(header):
            path.unlink()
            click.echo(f"removed {path}", err=True)
    for name, text in files.items():
        (folder / name).write_text(text)
        click.echo(f"wrote {folder / name}", err=True)
