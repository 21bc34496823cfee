"""What the Dockerfile and the manifests must agree on."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from kuberay.render.pod import USER
from kuberay.settings.deploy_file import RAY_VERSION

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_the_images_user_is_the_one_that_the_manifests_name() -> None:
    """Another one could not read its own files."""
    assert f"USER {USER}:{USER}" in DOCKERFILE
    assert f"--uid {USER} --gid {USER}" in DOCKERFILE


def test_the_images_ray_is_the_one_that_the_manifests_name() -> None:
    """KubeRay chooses probes and token by the manifest's number."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    assert f"ray[serve]=={RAY_VERSION}" in extras["serve"]
    assert "bqml-ray-serve[serve,loadtest]" in extras["image"]
    assert f"ray=={RAY_VERSION}" in (ROOT / "constraints.txt").read_text().split()


def test_everything_is_pinned_and_the_base_is_the_builders_choice() -> None:
    """One constraints file for the tests and the image."""
    assert "pip install --constraint constraints.txt '.[image]'" in DOCKERFILE
    assert re.search(r"^ARG BASE_IMAGE=\S+", DOCKERFILE, re.MULTILINE)


def test_the_context_is_what_is_copied_and_no_more() -> None:
    """A credential that lies about must not get into a layer."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert {"!serve_app", "!kuberay", "!image", "!pyproject.toml"} <= set(rules)
