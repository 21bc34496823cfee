"""HandleReloadConfigRequest: what the message asks for reaches the models, with the stock words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from serve_app.config.store import ConfigStore
from serve_app.lifecycle.manager import ServableManager
from serve_app.lifecycle.reload import Reloader
from serve_app.settings import RepositorySettings, TensorFlowSettings
from tests.serve_app.memory_key_values import MemoryKeyValues

REQUEST_COUNT = "/tensorflow/serving/request_count"
ONLY_LISTS = (
    "ServerModelConfig type not supported by HandleReloadConfigRequest. Only ModelConfigList is "
    "currently supported"
)


@pytest.fixture
def changeable(
    publish: Callable[..., Path], kinds_export: Path, grpc_of: Callable[..., Any]
) -> Iterator[Any]:
    """A server whose models can be changed: `a` is served, `b` lies beside it."""
    root = publish(kinds_export, "b", 1)
    publish(kinds_export, "a", 1)
    settings = RepositorySettings(
        root=root, models=("a",), poll_wait_s=0.05, load_retry_interval_s=0, max_load_retries=0
    )
    manager = ServableManager(settings, TensorFlowSettings(threads=1, warmup=False))
    reloader = Reloader(manager, ConfigStore(MemoryKeyValues(), "test"), settings)
    reloader.start()
    assert manager.wait_until_settled(60)
    running = grpc_of(manager, reloader.reload)
    yield running
    reloader.close()
    manager.close()


def model(root: Path, name: str, **fields: Any) -> dict[str, Any]:
    """Returns a ModelConfig of a model below `root`."""
    base_path = str(root / "serving_dir" / name)
    return {"name": name, "base_path": base_path, "model_platform": "tensorflow", **fields}


def listing(*models: Any) -> dict[str, Any]:
    """Returns a ModelServerConfig."""
    return {"model_config_list": {"config": list(models)}}


def test_the_models_are_replaced(changeable: Any, tmp_path: Path) -> None:
    """The answer comes when the new model answers; the one that is left out is gone."""
    config = listing(model(tmp_path, "b", version_labels={}))
    answer = changeable("HandleReloadConfigRequest", config=config)
    assert (answer.status.error_code, answer.status.error_message) == (0, "")
    assert changeable.predict(model="b", x=np.ones(1, np.float32)).outputs["y"].float_val == [2.0]


def test_a_label_leads_to_its_version(
    changeable: Any, tmp_path: Path, as_tensor: Callable[[Any], Any]
) -> None:
    """As soon as the reload is answered."""
    config = listing(model(tmp_path, "a", version_labels={"stable": 1}))
    changeable("HandleReloadConfigRequest", config=config)
    spec = {"name": "a", "version_label": "stable"}
    answer = changeable("Predict", model_spec=spec, inputs={"x": as_tensor(np.ones(1, np.float32))})
    assert answer.model_spec.version.value == 1


@pytest.mark.parametrize("config", [None, {}, {"custom_model_config": {}}])
def test_only_a_list_of_models_is_understood(changeable: Any, config: Any) -> None:
    """Nothing else is."""
    fails = changeable.fails("HandleReloadConfigRequest", config=config)
    assert fails == ("INVALID_ARGUMENT", ONLY_LISTS)


def test_a_label_of_no_version_changes_nothing(changeable: Any, tmp_path: Path) -> None:
    """The code and words are TensorFlow Serving's; the old models go on."""
    config = listing(model(tmp_path, "a", version_labels={"canary": 9}))
    code, details = changeable.fails("HandleReloadConfigRequest", config=config)
    assert (code, "not currently available for inference" in details) == (
        "FAILED_PRECONDITION",
        True,
    )
    assert changeable.predict(model="a", x=[1.0]).outputs


def test_the_deadline_ends_the_wait(changeable: Any, tmp_path: Path) -> None:
    """A new model without a version is waited for, for no longer than the client waits."""
    (tmp_path / "serving_dir" / "empty").mkdir()
    config = listing(model(tmp_path, "a"), model(tmp_path, "empty"))
    code, _ = changeable.fails("HandleReloadConfigRequest", 1, config=config)
    assert code == "DEADLINE_EXCEEDED"


def test_the_increase_of_a_counter_is_reported(changeable: Any, tmp_path: Path) -> None:
    """Of those that there are; a reload is no prediction."""
    changeable.predict(model="a", x=[1.0])
    names = [REQUEST_COUNT, "/no/such/metric"]
    answer = changeable(
        "HandleReloadConfigRequest", config=listing(model(tmp_path, "a")), metric_names=names
    )
    assert [(m.name, m.int64_value_increase) for m in answer.metric] == [(REQUEST_COUNT, 0)]


def test_a_server_of_fixed_models_refuses_by_name(stub: Any, tmp_path: Path) -> None:
    """Where nobody has wired a reload."""
    fails = stub.fails("HandleReloadConfigRequest", config=listing(model(tmp_path, "a")))
    assert fails[0] == "UNIMPLEMENTED"
