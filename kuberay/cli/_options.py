from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import click

if TYPE_CHECKING:
    from kuberay.validate.checks import Options

Command = TypeVar("Command", bound=Callable[..., Any])
Checks: TypeAlias = "Callable[[str | None], Options]"
"""Makes the settings of the checks, of a context of the kubeconfig."""

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

force_option = click.option(
    "--force-conflicts", is_flag=True, help="Take over fields that other managers set."
)

_CLUSTER = "cluster"


def bundled(
    name: str, options: Sequence[Callable[[Any], Any]], make: Callable[..., object]
) -> Callable[[Command], Command]:
    """Adds options to a command, which gets what `make` makes of their values as `name`."""
    own = tuple(inspect.signature(make).parameters)

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def with_bundle(**values: object) -> object:
            made = make(**{key: values.pop(key) for key in own})
            return command(**values, **{name: made})

        decorated: Any = with_bundle
        for option in reversed(options):
            decorated = option(decorated)
        bundle: Command = decorated
        return bundle

    return decorate


def check_settings(
    context: str | None = None,
    *,
    crds: tuple[str, ...] = (),
    release: str | None = None,
    gates: tuple[str, ...] = (),
    with_ray: bool = False,
) -> Options:
    from kuberay.validate.checks import Options
    from kuberay.validate.schema.catalog import Catalog
    from kuberay.validate.schema.core import kubernetes_version
    from kuberay.validate.schema.crds import read_crds

    schemas = read_crds(source for source in crds if source != _CLUSTER)
    if _CLUSTER in crds:
        from kuberay.cluster.connection import connect
        from kuberay.cluster.crds import kuberay_schemas

        schemas |= kuberay_schemas(connect(context, None))
    return Options(Catalog(kubernetes_version(release), schemas), frozenset(gates), with_ray)


check_options = bundled(
    "checks",
    (
        click.option(
            "--crds",
            "crds",
            multiple=True,
            metavar="DIR|FILE|URL|cluster",
            envvar="BQML_KUBERAY_CRDS",
            help="CustomResourceDefinitions to check against, repeatable; `cluster` takes "
            "KubeRay's from the live cluster.  [default: the built-in model of KubeRay 1.7]",
        ),
        click.option(
            "--kubernetes-version",
            "release",
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
    ),
    lambda crds, release, gates, with_ray: functools.partial(
        check_settings, crds=crds, release=release, gates=gates, with_ray=with_ray
    ),
)
