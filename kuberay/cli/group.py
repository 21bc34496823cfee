"""The commands: write the manifests, check them, apply them, look at what became of them."""

from __future__ import annotations

import click

from foundation.cli.failure import Frame
from foundation.cli.group import LazyCommand, LazyGroup

COMMANDS = {
    "render": LazyCommand(
        "kuberay.cli.render:render", "Write the Kubernetes manifests of a deploy file."
    ),
    "settings": LazyCommand("kuberay.cli.settings:settings", "List the keys of a deploy file."),
    "validate": LazyCommand(
        "kuberay.cli.validate:validate",
        "Check manifests as the cluster, the operator and Ray would.",
    ),
    "apply": LazyCommand(
        "kuberay.cli.apply:apply", "Check and apply manifests, and watch the rollout."
    ),
    "status": LazyCommand(
        "kuberay.cli.status:status", "Tell what a RayService is doing, in words."
    ),
    "rollback": LazyCommand("kuberay.cli.rollback:rollback", "Apply an earlier revision again."),
}
FRAME = Frame(
    program="bqml-kuberay",
    package="kuberay",
    install="pip install 'bqml-ray-serve[kuberay]'; in a clone, pip install '.[kuberay]'",
    interrupted="the cluster goes on; `status` tells how",
    debug_variable="BQML_KUBERAY_DEBUG",
)


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    frame=FRAME,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: bqml-kuberay render deploy.yaml | kubectl apply -f -",
)
def cli() -> None:
    """Put a BigQuery ML model on Kubernetes: an autoscaling RayService from one small file."""
