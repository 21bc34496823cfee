"""Which tensors one request on tf.Examples feeds and fetches, for one task or for several."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from serve_app.errors import InvalidArgumentError, UnimplementedError
from serve_app.kinds.servable import Call
from serve_app.kinds.signature import DEFAULT_SIGNATURE, Signature, joined
from serve_app.protocols.tfs.examples.form import classification_outputs, regression_outputs
from serve_app.protocols.tfs.examples.result import Result, classifications, regressions

CLASSIFY = "tensorflow/serving/classify"
REGRESS = "tensorflow/serving/regress"

_FORMS = {CLASSIFY: classification_outputs, REGRESS: regression_outputs}


@dataclass(frozen=True, slots=True)
class Task:
    """One signature to evaluate in a multi-inference.

    Attributes:
        signature_name: Empty means `serving_default`.
        method_name: `CLASSIFY` or `REGRESS`.
    """

    model: str
    signature_name: str
    method_name: str

    @property
    def signature(self) -> str:
        """The signature's name, with the default filled in."""
        return self.signature_name or DEFAULT_SIGNATURE


@dataclass(frozen=True, slots=True)
class Plan(Call):
    """What is asked of the model, and how its answer is read; checked before anything runs.

    Attributes:
        methods: Per result, `CLASSIFY` or `REGRESS`.
        aliases: Per result, what its method reads -> the output's alias.
    """

    methods: tuple[str, ...]
    aliases: tuple[Mapping[str, str], ...]

    def inputs(self, batch: np.ndarray) -> dict[str, np.ndarray]:
        """Returns `batch` for each input, by alias.

        Raises:
            InvalidArgumentError: An input takes another type than strings.
        """
        specs = self.signature.inputs
        types = {spec.tensor_name: spec.dtype for spec in specs.values()}
        for index, (_, dtype) in enumerate(sorted(types.items())):
            if dtype != "string":
                raise InvalidArgumentError(
                    f"Expects arg[{index}] to be {dtype} but string is provided"
                )
        return dict.fromkeys(specs, batch)

    def results(self, tensors: Mapping[str, np.ndarray], examples: int) -> list[Result]:
        """Returns one checked result per method.

        Raises:
            InvalidArgumentError: A tensor's shape or type is not what its method gives.
        """
        return [
            _READERS[method]({name: tensors[alias] for name, alias in aliases.items()}, examples)
            for method, aliases in zip(self.methods, self.aliases, strict=True)
        ]


_READERS: Mapping[str, Callable[[Mapping[str, np.ndarray], int], Result]] = {
    CLASSIFY: classifications,
    REGRESS: regressions,
}


def _plan(methods: Sequence[str], signatures: Sequence[Signature]) -> Plan:
    wanted = [
        _FORMS[method](signature) for method, signature in zip(methods, signatures, strict=True)
    ]
    many = len(signatures) > 1
    aliases = tuple(
        {name: f"{number}/{name}" if many else name for name in names}
        for number, names in enumerate(wanted)
    )
    outputs = tuple(alias for each in aliases for alias in each.values())
    return Plan(joined(signatures), outputs, tuple(methods), aliases)


def single_plan(signatures: Mapping[str, Signature], method: str, signature_name: str) -> Plan:
    """Returns the plan of a Classify or Regress request.

    Raises:
        InvalidArgumentError: There is no such signature, or it has another form.
    """
    name = signature_name or DEFAULT_SIGNATURE
    if name not in signatures:
        raise InvalidArgumentError(f"No signature was found with the name: {name}")
    return _plan([method], [signatures[name]])


def multi_plan(signatures: Mapping[str, Signature], tasks: Sequence[Task]) -> Plan:
    """Returns the plan of a MultiInference request: all tasks in one call of the model.

    Raises:
        InvalidArgumentError: Tasks name several models or a signature twice, or a signature does
            not exist or has another form.
        UnimplementedError: A task's method is neither `CLASSIFY` nor `REGRESS`.
    """
    seen: set[str] = set()
    found = []
    for task in tasks:
        _check_model(task, tasks[0])
        if task.signature in seen:
            raise InvalidArgumentError(f"Duplicate evaluation of signature: {task.signature}")
        seen.add(task.signature)
        if task.signature not in signatures:
            raise InvalidArgumentError(
                f"Requested signature not found in model graph: {task.signature}"
            )
        if task.method_name not in _FORMS:
            raise UnimplementedError(f"Unsupported signature method_name: {task.method_name}")
        _FORMS[task.method_name](
            signatures[task.signature]
        )  # its fault comes before the next task's
        found.append(signatures[task.signature])
    return _plan([task.method_name for task in tasks], found)


def _check_model(task: Task, first: Task) -> None:
    if not task.model:
        raise InvalidArgumentError("Found ModelSpec with an empty model name.")
    if task.model != first.model:
        raise InvalidArgumentError(
            "All ModelSpecs in a MultiInferenceRequest must access the same model name."
        )
