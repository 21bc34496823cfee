"""The deploy file: overlays, --set, and errors that name the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation.errors import SettingsError
from foundation.settings.sources import merged
from kuberay.settings.load import known_keys, load, validated

BASE = "{name: shop, namespace: bqml, image: 'shop:1', models: [{source: gs://b/m/1}]}"


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """The least deploy file that there is."""
    file = tmp_path / "base.yaml"
    file.write_text(BASE)
    return file


def test_overlays_and_assignments_win_in_their_order(base: Path, tmp_path: Path) -> None:
    """The base, then each overlay, then --set; groups are merged key by key."""
    overlay = tmp_path / "prod.yaml"
    overlay.write_text("scale: {min_replicas: 3, max_replicas: 6}\nimage: shop:2\n")
    deploy = load([base, overlay], ["scale.max_replicas=9", "network_policy.enabled=false"])
    assert (deploy.image, deploy.scale.min_replicas, deploy.scale.max_replicas) == ("shop:2", 3, 9)
    assert not deploy.network_policy.enabled


def test_null_takes_an_option_away() -> None:
    """An overlay can switch off what its base switched on."""
    assert merged({"redis": {"server": {}}, "a": 1}, {"redis": None}) == {"a": 1}


def test_the_services_own_settings_can_be_a_file_beside(base: Path, tmp_path: Path) -> None:
    """The path counts from the deploy file, not from where the command runs."""
    (tmp_path / "serve.yaml").write_text("replica: {num_cpus: 2}\n")
    (tmp_path / "over.yaml").write_text("serve: serve.yaml\n")
    assert load([base, tmp_path / "over.yaml"]).serve.replica.num_cpus == 2


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        ("scale.max_replica=3", "unknown key scale.max_replica: did you mean scale.max_replicas?"),
        ("scale.max_replicas=1", "max_replicas (1) is less than min_replicas (2)"),
        ("scale.requests_per_s=10", "are given together or not at all"),
        ("scale.headroom=1", "headroom counts only with requests_per_s"),
        ("name=Shop", "name: String should match pattern"),
        (f"name={'a' * 48}", "name: String should have at most 47 characters"),
        ("name=7shop", "name: String should match pattern"),
        ("image=shop:1:2", "image: String should match pattern"),
        ("head.memory=8GiB", "head.memory: expected bytes or a quantity such as 8Gi"),
        ("redis={}", "give either `address` or `server`"),
        ("redis={server: {}}", "`server` needs `password`"),
        ("gateway={class_name: x, hostname: a.b, grpc_hostname: a.b}", "must differ from hostname"),
        ("gateway={class_name: x, hostname: a.b, gke_certificate_map: m}", "is GKE's, class_name"),
        ("gateway={class_name: x, hostname: a.b, grpc_hostname: g.b}", "HTTP/2 needs TLS"),
        ("identity.gcp_service_account=me", "identity.gcp_service_account: String should match"),
        ("serve.replica.num_cpu=2", "unknown key serve.replica.num_cpu"),
        ("models=[]", "models: Tuple should have at least 1 item"),
        ("models=[{source: gs://b/m/1}, {source: gs://c/m/2}]", "m is listed twice"),
        ("head.memory=1Mi", "head.memory: Input should be greater than or equal to"),
        ("head.cpus=1m", "head.cpus: Input should be greater than or equal to 0.5"),
        ("workers.object_store_memory=10", "workers.object_store_memory: Input should be greater"),
        ("workers.memory_per_replica=1Mi", "workers.memory_per_replica: Input should be greater"),
        ("head.ephemeral_storage=5Mi", "head.ephemeral_storage: Input should be greater"),
        ("network_policy.client_cidrs=[999.0.0.0/64]", "a range of addresses such as 10.0.0.0/8"),
        ("network_policy.client_cidrs=[10.0.0.0]", "10.1.2.3/32 for one"),
        ("network_policy.client_cidrs=[10.0.0.1/8]", "has host bits set"),
        ("namespace=kube-system", "namespace kube-system is Kubernetes' own"),
        ("namespace=default", "set create_namespace: false"),
        ("scale.max_replicas", "expected key=value"),
        ("image={", "the value is not YAML"),
    ],
)
def test_a_wrong_value_is_an_error_that_names_it(base: Path, assignment: str, words: str) -> None:
    """What was expected and what came, before anything is written."""
    with pytest.raises(SettingsError) as caught:
        load([base], [assignment])
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [("- a list", "expected a mapping"), ("a: [", "is not YAML"), (None, "No such file")],
)
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, content: str | None, words: str
) -> None:
    """With its path."""
    file = tmp_path / "deploy.yaml"
    if content is not None:
        file.write_text(content)
    with pytest.raises(SettingsError, match=words) as caught:
        load([file])
    assert str(file) in str(caught.value)


def test_missing_keys_are_all_named() -> None:
    """In one go."""
    with pytest.raises(SettingsError, match=r"name: is missing; namespace: is missing; image"):
        validated({})


def test_every_key_has_help() -> None:
    """`bqml-kuberay settings` is the reference of the file."""
    keys = {key.key: key for key in known_keys()}
    assert all(key.help for key in keys.values())
    assert keys["head.memory"].default == "8Gi"
    assert "models[].source" in keys


def test_a_name_leaves_room_for_redis() -> None:
    """A StatefulSet's pods get its name and a hash as a label: 63 characters at most."""
    tree = {
        "name": "a" * 47, "namespace": "b", "image": "i:1", "models": [{"source": "gs://b/m/1"}],
    }  # fmt: skip
    redis = {"server": {}, "password": {"name": "p"}}
    assert validated(tree).name == "a" * 47
    assert validated(tree | {"name": "a" * 46, "redis": redis}).redis
    with pytest.raises(SettingsError, match="name: at most 46 characters with redis"):
        validated(tree | {"redis": redis})
