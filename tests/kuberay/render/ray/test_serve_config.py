"""serveConfigV2: accepted by Ray, understood by the service, changed in place where it can be."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from kuberay.render.ray import serve_config as module
from kuberay.settings.deploy_file import DeployFile
from kuberay.settings.plan import plan
from serve_app.settings.load import load, tree_source

Deploy = Callable[..., DeployFile]
TUNED = {
    "serve": {
        "replica": {"max_ongoing_requests": 40, "health_check_period_s": 3},
        "autoscaling": {"target_ongoing_requests": 6.5, "downscale_delay_s": 90},
        "http": {"cors": True},
        "grpc": {"max_message_bytes": 2048},
        "repository": {"poll_wait_s": 30},
    },
    "models": [{"source": "gs://b/m/3"}, {"source": "/models/n", "name": "other"}],
    "scale": {"min_replicas": 2, "max_replicas": 5},
}  # fmt: skip


def config_of(settings: DeployFile) -> dict[str, Any]:
    """Returns the serveConfigV2 of a deploy file."""
    tree = yaml.safe_load(module.serve_config_text(settings, plan(settings)))
    assert isinstance(tree, dict)
    return tree


def args_of(settings: DeployFile) -> dict[str, Any]:
    """Returns what the application gets; another value restarts its replicas."""
    args = config_of(settings)["applications"][0]["args"]
    assert isinstance(args, dict)
    return args


def test_ray_accepts_it_and_drops_nothing(deploy: Deploy) -> None:
    """Its own schema, of the very version in the image."""
    config = config_of(deploy(**TUNED))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Ray's own, while it is imported; metrics_interval_s
        from ray.serve.schema import ServeDeploySchema

        parsed = ServeDeploySchema.model_validate(config)
    (application,) = parsed.applications
    assert application.deployments[0].autoscaling_config["max_replicas"] == 5
    assert parsed.model_dump(exclude_unset=True)["applications"][0]["args"] == args_of(
        deploy(**TUNED)
    )


def test_the_service_understands_its_arguments(deploy: Deploy) -> None:
    """With the service's own reader: the models, and every setting that is not Ray's."""
    settings = load(tree_source(args_of(deploy(**TUNED)), "arguments")).settings
    first, second = settings.repository.model_config_list
    assert (first.base_path, first.version_policy.specific) == ("gs://b/m", (3,))
    assert (second.name, second.base_path) == ("other", "/models/n")
    assert settings.repository.poll_wait_s == 30
    assert settings.replica.max_ongoing_requests == 40
    assert (settings.http.cors, settings.grpc.max_message_bytes) == (True, 2048)


def test_it_names_what_the_service_has() -> None:
    """The two rooms meet only here: a renamed deployment would be refused by Ray Serve."""
    from serve_app.hosting.deployment import DEPLOYMENT_NAME
    from serve_app.hosting.local_service import APPLICATION_NAME, GRPC_SERVICES

    named = (module.DEPLOYMENT, module.APPLICATION, module.GRPC_SERVICES)
    assert named == (DEPLOYMENT_NAME, APPLICATION_NAME, GRPC_SERVICES)


@pytest.mark.parametrize(
    "changes",
    [
        {"scale": {"max_replicas": 12}},
        {"serve": {"autoscaling": {"downscale_delay_s": 500}}},
        {"serve": {"replica": {"graceful_shutdown_timeout_s": 60}}},
        {"image": "shop:2"},
    ],
)
def test_numbers_of_replicas_change_without_a_restart(
    deploy: Deploy, changes: dict[str, object]
) -> None:
    """They are not among the arguments, which are the application's code version."""
    assert args_of(deploy(**changes)) == args_of(deploy())


def test_a_model_version_changes_the_arguments_alone(deploy: Deploy) -> None:
    """So Serve replaces the replicas in place, and KubeRay starts no new cluster."""
    old, new = deploy(), deploy(models=[{"source": "gs://b/m/2"}])
    assert args_of(old) != args_of(new)
    assert module.options_digest(old, plan(old)) == module.options_digest(new, plan(new))


@pytest.mark.parametrize(
    "serve", [{"grpc": {"enabled": False}}, {"tensorflow": {"request_timeout_ms": 90_000}}]
)
def test_what_a_running_serve_does_not_take_over_changes_the_digest(
    deploy: Deploy, serve: dict[str, object]
) -> None:
    """The digest is in the head's template, where a change makes a new cluster."""
    old, new = deploy(), deploy(serve=serve)
    assert module.options_digest(old, plan(old)) != module.options_digest(new, plan(new))


def test_models_of_the_image_need_no_cache(deploy: Deploy) -> None:
    """Only downloads have one."""
    args = args_of(deploy(models=[{"source": "/models/m/1"}]))
    assert set(args["repository"]) == {"model_config_list"}
