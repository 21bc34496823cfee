from __future__ import annotations

import pytest

from kuberay.validate.runtime.images import ray_version_of


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("rayproject/ray:2.60.0", "2.60.0"),
        ("docker.io/rayproject/ray-ml:2.60.0-py311-gpu", "2.60.0"),
        ("rayproject/ray:2.60.0@sha256:" + "1" * 64, "2.60.0"),
        ("registry.example:5000/shop:1.4-ray2.60.0", "2.60.0"),
        ("registry.example/shop:2.1.0", None),
        ("registry.example:5000/shop", None),
        ("rayproject/ray:nightly", None),
        ("registry.example/xray:1.2.3", None),
        ("", None),
    ],
)
def test_only_an_image_that_tells_its_ray_version_is_judged(
    image: str, version: str | None
) -> None:
    """The tag of an own image is the own version."""
    assert ray_version_of(image) == version
