"""Images: one Ray version everywhere, pinned."""

from __future__ import annotations

import re

from kuberay.validate.rayservice import RayService
from kuberay.validate.rule import Findings, error, warning

VERSION = error(
    "runtime/ray-version", "the Ray version of the image",
    "KubeRay decides by rayVersion which flags, probes and features Ray understands.",
    "make rayVersion and the image equal",
)  # fmt: skip
VERSION_MISSING = warning(
    "runtime/ray-version-missing", 'rayVersion, as "2.60.0"',
    "KubeRay falls back to old probes and refuses newer features.", "add rayVersion",
)  # fmt: skip
SAME_IMAGE = warning(
    "runtime/different-images", "one image for the head and all workers",
    "Ray refuses nodes of another Ray or Python version; the head imports the application too.",
    "use one image",
)  # fmt: skip
MOVING_TAG = warning(
    "runtime/moving-tag", "an image with a digest or a fixed tag",
    "A node that joins later may pull another image than the nodes that serve.",
    "pin the image: name@sha256:...",
)  # fmt: skip

_MOVING = ("", "latest", "main", "master", "nightly", "stable", "edge")
# rayproject/ray:2.60.0-py311 and own tags such as 1.4-ray2.60.0
_RAY_REPOSITORY = re.compile(r"(^|/)(rayproject/|anyscale/)?ray(-ml|-llm)?$")
_RAY_TAG = re.compile(r"ray[-_]?(\d+\.\d+\.\d+)")
_NUMBER = re.compile(r"(\d+\.\d+\.\d+)")


def check(service: RayService) -> Findings:
    version = service.cluster["rayVersion"]
    if not version:
        yield VERSION_MISSING.at(version)
    images = [group.container["image"] for group in service.groups if group.container]
    if service.autoscaler["image"]:
        images.append(service.autoscaler["image"])
    for image in images:
        if not image.text:
            continue
        in_image = ray_version_of(image.text)
        if version.text and in_image and in_image != version.text.removeprefix("v"):
            yield VERSION.at(image, expected=f"Ray {version.text} (rayVersion)")
        if "@sha256:" not in image.text and _tag(image.text) in _MOVING:
            yield MOVING_TAG.at(image)
    for image in images[1:]:
        if image.text and image.text != images[0].text:
            yield SAME_IMAGE.at(image, expected=f"{images[0].text}, as on the head")


def ray_version_of(image: str) -> str | None:
    repository = image.partition("@")[0].removesuffix(f":{_tag(image)}")
    tag = _tag(image)
    match = _RAY_TAG.search(tag)
    if match is None and _RAY_REPOSITORY.search(repository):
        match = _NUMBER.match(tag)
    return match[1] if match else None


def _tag(image: str) -> str:
    last = image.partition("@")[0].rpartition("/")[2]
    return last.partition(":")[2]
