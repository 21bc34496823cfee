"""tensorflow_model_server's flags and what each is here: a setting of `bqml-serve`, or refused.

A flag that changes nothing here, because it tunes a part that TensorFlow Serving alone has, is not
accepted in silence: whoever set it believes that it works.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

Assignment = str
"""`key=value` of `bqml-serve serve --set`."""


class FlagError(Exception):
    """A flag is unknown, malformed, or stands for something that is not served."""


@dataclass(frozen=True, slots=True)
class Setting:
    """The setting that a flag stands for, and how its value is written there."""

    key: str
    convert: Callable[[str], str] = str


def _seconds(value: str) -> str:
    return f"{_number(value):g}"


def _seconds_of_micros(value: str) -> str:
    return f"{_number(value) / 1_000_000:g}"


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError as exc:
        raise FlagError(f"expected a number, got {value!r}") from exc


def _boolean(value: str) -> str:
    if value.lower() in ("true", "1"):
        return "true"
    if value.lower() in ("false", "0"):
        return "false"
    raise FlagError(f"expected true or false, got {value!r}")


FLAGS = {
    "port": Setting("grpc.port"),
    "rest_api_port": Setting("http.port"),
    "rest_api_timeout_in_ms": Setting("tensorflow.request_timeout_ms"),
    "model_name": Setting("repository.model_name"),
    "model_base_path": Setting("repository.model_base_path"),
    "model_config_file": Setting("repository.model_config_file"),
    "model_config_file_poll_wait_seconds": Setting("repository.model_config_poll_wait_s", _seconds),
    "file_system_poll_wait_seconds": Setting("repository.poll_wait_s", _seconds),
    "max_num_load_retries": Setting("repository.max_load_retries"),
    "load_retry_interval_micros": Setting("repository.load_retry_interval_s", _seconds_of_micros),
    "num_load_threads": Setting("repository.load_threads"),
    "allow_version_labels_for_unavailable_models": Setting(
        "repository.allow_labels_for_unavailable", _boolean
    ),
    "tensorflow_session_parallelism": Setting("tensorflow.threads"),
    "tensorflow_intra_op_parallelism": Setting("tensorflow.threads"),
    "enable_model_warmup": Setting("tensorflow.warmup", _boolean),
    "num_request_iterations_for_warmup": Setting("tensorflow.warmup_iterations"),
    "enable_cors_support": Setting("http.cors", _boolean),
}
_BARE_IS_TRUE = {name for name, setting in FLAGS.items() if setting.convert is _boolean}

REFUSED = {
    "batching_parameters_file": "requests are not batched",
    "enable_batching": "requests are not batched; more replicas take more requests",
    "enable_per_model_batching_parameters": "requests are not batched",
    "grpc_socket_path": "only TCP is listened on",
    "monitoring_config_file": "--set metrics.enabled=... and metrics.path=... do that",
    "platform_config_file": "only the platform `tensorflow` is served",
    "prefer_tflite_model": "TensorFlow Lite is not served",
    "saved_model_tags": "the tag `serve` is the only one served",
    "ssl_config_file": "TLS ends in front of the service",
    "use_tflite_model": "TensorFlow Lite is not served",
}
"""Flags that people do set, and why they cannot be honoured; all unknown ones are refused too."""


def translate(arguments: Iterable[str]) -> tuple[list[Assignment], list[str]]:
    """Returns the settings that the flags stand for, and the arguments that are `bqml-serve`'s own.

    Args:
        arguments: `--flag=value` and `--flag value`, with one dash or two, as TensorFlow Serving
            takes them; `--set`, `--settings` and `--timeout` belong to `bqml-serve`.

    Raises:
        FlagError: A flag is unknown, malformed, or stands for something that is not served.
    """
    assignments: list[Assignment] = []
    own: list[str] = []
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        name, equals, value = argument.lstrip("-").partition("=")
        if not argument.startswith("-"):
            raise FlagError(f"{argument}: expected a flag")
        if name in OWN:
            own += [argument] if equals or not rest else [argument, rest.pop(0)]
            continue
        setting = _setting(name)
        if not equals:
            value = _following(name, rest)
        assignments.append(f"{setting.key}={_converted(name, setting, value)}")
    return assignments, own


OWN = ("set", "settings", "timeout")
"""Options of `bqml-serve serve` itself."""


def _setting(name: str) -> Setting:
    if name in REFUSED:
        raise FlagError(f"--{name} is not supported: {REFUSED[name]}")
    if name not in FLAGS:
        raise FlagError(f"--{name} is not a flag of this image; it has {', '.join(sorted(FLAGS))}")
    return FLAGS[name]


def _following(name: str, rest: list[str]) -> str:
    if name in _BARE_IS_TRUE and (not rest or rest[0].startswith("-")):
        return "true"
    if not rest:
        raise FlagError(f"--{name}: expected a value")
    return rest.pop(0)


def _converted(name: str, setting: Setting, value: str) -> str:
    try:
        return setting.convert(value)
    except FlagError as exc:
        raise FlagError(f"--{name}: {exc}") from exc
