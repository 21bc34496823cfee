"""serveConfigV2 against the classes of the Ray that is installed here.

The import takes seconds, so that it happens here and only when there is a config to judge.
"""

from __future__ import annotations

import importlib.util
import warnings

from pydantic import BaseModel, ValidationError

from kuberay.validate.manifest.node import Node
from kuberay.validate.rayservice import RayService
from kuberay.validate.rule import Finding, Findings, error, warning
from kuberay.validate.suggestion import did_you_mean

REFUSED = error(
    "ray/serve-schema", "a config that Ray Serve's schema accepts",
    "Serve refuses the whole config: the event FailedToUpdateServeApplications repeats.",
    "correct the value",
)  # fmt: skip
IGNORED = warning(
    "ray/unknown-field", "a field that Ray Serve has",
    "Serve ignores fields that it does not know, in silence.",
)  # fmt: skip
OTHER_RAY = warning(
    "ray/other-version", "a rayVersion equal to the Ray that checks the config here",
    "The schema of another Ray version may differ.", "check with the image's Ray version installed",
)  # fmt: skip


def is_available() -> bool:
    return importlib.util.find_spec("ray") is not None


def check(service: RayService) -> list[Finding]:
    if service.serve is None or not isinstance(service.serve.root.value, dict):
        return []
    with warnings.catch_warnings():
        # Ray's import warns about itself; what it only warns of in a config has rules of its own.
        warnings.simplefilter("ignore")
        return [*_version(service), *_config(service.serve.root)]


def _version(service: RayService) -> Findings:
    import ray

    wanted = service.cluster["rayVersion"]
    if wanted.text and wanted.text != ray.__version__:
        yield OTHER_RAY.at(wanted, expected=f"{ray.__version__}, which is installed here")


def _config(root: Node) -> Findings:
    from ray.serve.config import AutoscalingConfig
    from ray.serve.schema import (
        DeploymentSchema,
        HTTPOptionsSchema,
        LoggingConfig,
        RayActorOptionsSchema,
        ServeApplicationSchema,
        ServeDeploySchema,
        gRPCOptionsSchema,
    )

    known: dict[str, type[BaseModel]] = {
        "http_options": HTTPOptionsSchema,
        "grpc_options": gRPCOptionsSchema,
        "logging_config": LoggingConfig,
        "applications[]": ServeApplicationSchema,
        "applications[].deployments[]": DeploymentSchema,
        "applications[].deployments[].ray_actor_options": RayActorOptionsSchema,
        "applications[].deployments[].autoscaling_config": AutoscalingConfig,
    }
    yield from _refusals(root, ServeDeploySchema)
    yield from _unknown_fields(root, ServeDeploySchema)
    for path, model in known.items():
        for node in root.each(path):
            if model is AutoscalingConfig:
                # The deployment's schema takes any object here; Serve fails on it later.
                yield from _refusals(node, model)
            yield from _unknown_fields(node, model)


def _refusals(node: Node, model: type[BaseModel]) -> Findings:
    if not isinstance(node.value, dict):
        return
    try:
        model.model_validate(node.value)
    except ValidationError as exc:
        for problem in exc.errors():
            yield _refusal(node, problem["loc"], str(problem["msg"]))
    except (TypeError, ValueError, AttributeError) as exc:  # validators that run before the types
        yield _refusal(node, (), str(exc))


def _refusal(node: Node, location: tuple[int | str, ...], message: str) -> Finding:
    for key in location:
        child = node[key]
        if not child and not _is_field(node, key):
            break  # the rest names a branch of a union, not a field
        node = child
    text = " ".join(message.split()).removeprefix("Value error, ")
    return REFUSED.at(node, expected=text[:300])


def _is_field(node: Node, key: int | str) -> bool:
    return isinstance(node.value, dict) and isinstance(key, str) and key.islower()


def _unknown_fields(node: Node, model: type[BaseModel]) -> Findings:
    known = set(model.model_fields)
    known |= {field.alias for field in model.model_fields.values() if field.alias}
    for name, child in node.entries:
        if name not in known:
            yield IGNORED.at(child, name, fix=did_you_mean(name, known, "delete it"))
