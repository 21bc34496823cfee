"""Options that several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from kuberay.validate.checks import Options

Command = TypeVar("Command", bound="Callable[..., Any]")


def _remember_json(ctx: click.Context, _parameter: click.Parameter, value: bool) -> bool:
    ctx.meta["as_json"] = value  # where the group looks when the command fails
    return value


json_option = click.option(
    "--json",
    "as_json",
    is_flag=True,
    is_eager=True,
    callback=_remember_json,
    help="Print one JSON document to stdout.",
)

files_argument = click.argument("files", nargs=-1, required=True, metavar="FILE...")

context_option = click.option(
    "--context",
    envvar="BQML_KUBERAY_CONTEXT",
    help="Context of the kubeconfig.  [default: current]",
)

namespace_option = click.option(
    "--namespace",
    "-n",
    envvar="BQML_KUBERAY_NAMESPACE",
    help="Namespace of objects that name none.  [default: the context's]",
)

_CLUSTER = "cluster"

_CHECK_OPTIONS = (
    click.option(
        "--crds",
        "crds",
        multiple=True,
        metavar="DIR|FILE|URL|cluster",
        envvar="BQML_KUBERAY_CRDS",
        help="CustomResourceDefinitions to check against, repeatable; `cluster` takes KubeRay's "
        "from the live cluster.  [default: the built-in model of KubeRay 1.7]",
    ),
    click.option(
        "--kubernetes-version",
        metavar="1.NN",
        help="Kubernetes release of the core objects.  [default: the newest known]",
    ),
    click.option(
        "--feature-gate",
        "gates",
        multiple=True,
        metavar="NAME",
        help="A feature gate that is on in your operator beside its defaults, repeatable.",
    ),
    click.option(
        "--ray/--no-ray",
        "with_ray",
        default=True,
        help="Check serveConfigV2 by the classes of the Ray that is installed here (seconds).",
    ),
)


def check_options(command: Command) -> Command:
    """Adds the options that say how to check manifests; see `check_settings`."""
    for option in reversed(_CHECK_OPTIONS):
        command = option(command)
    return command


def check_settings(
    crds: tuple[str, ...],
    kubernetes_version: str | None,
    gates: tuple[str, ...],
    *,
    with_ray: bool,
    context: str | None = None,
) -> Options:
    """Returns the settings of the checks; reads the CRDs, from the context's cluster if asked."""
    from kuberay.validate.checks import Options
    from kuberay.validate.schema.catalog import Catalog
    from kuberay.validate.schema.core import kubernetes_version as release
    from kuberay.validate.schema.crds import read_crds

    schemas = read_crds(source for source in crds if source != _CLUSTER)
    if _CLUSTER in crds:
        from kuberay.cluster.connection import connect
        from kuberay.cluster.crds import kuberay_schemas

        schemas |= kuberay_schemas(connect(context, None))
    catalog = Catalog(release(kubernetes_version), schemas)
    return Options(catalog, frozenset(gates), with_ray)
