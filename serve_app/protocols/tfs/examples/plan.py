"""Which tensors one request on tf.Examples feeds and fetches, for one task or for several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from serve_app.errors import InvalidArgumentError, UnimplementedError
from serve_app.kinds.signature import DEFAULT_SIGNATURE, Signature
from serve_app.protocols.tfs.examples.form import Form, classification_form, regression_form
from serve_app.protocols.tfs.examples.result import Result, classifications, regressions

CLASSIFY = "tensorflow/serving/classify"
REGRESS = "tensorflow/serving/regress"

_FORMS = {CLASSIFY: classification_form, REGRESS: regression_form}


@dataclass(frozen=True, slots=True)
class Task:
    """One signature to evaluate in a multi-inference.

    Attributes:
        model: The model's name.
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
class Plan:
    """What is fed, fetched and read of the graph; checked before anything runs.

    Attributes:
        methods: Per result, `CLASSIFY` or `REGRESS`.
        forms: Per result, the tensors that it uses.
    """

    methods: tuple[str, ...]
    forms: tuple[Form, ...]

    @property
    def fetches(self) -> list[str]:
        """The names of all output tensors, each once."""
        return sorted({name for form in self.forms for name in form.fetches.values()})

    def feeds(self, batch: np.ndarray) -> dict[str, np.ndarray]:
        """Returns `batch` for each input tensor, by tensor name.

        Raises:
            InvalidArgumentError: An input takes another type than strings.
        """
        types = {form.feed.tensor_name: form.feed.dtype for form in self.forms}
        for index, (_, dtype) in enumerate(sorted(types.items())):
            if dtype != "string":
                raise InvalidArgumentError(
                    f"Expects arg[{index}] to be {dtype} but string is provided"
                )
        return dict.fromkeys(types, batch)

    def results(self, tensors: Mapping[str, np.ndarray], examples: int) -> list[Result]:
        """Returns one checked result per form.

        Args:
            tensors: The fetched tensors by tensor name.
            examples: Number of examples fed.

        Raises:
            InvalidArgumentError: A tensor's shape or type is not what its method gives.
        """
        return [
            _result(method, form, tensors, examples)
            for method, form in zip(self.methods, self.forms, strict=True)
        ]


def _result(method: str, form: Form, tensors: Mapping[str, np.ndarray], examples: int) -> Result:
    outputs = {alias: tensors[name] for alias, name in form.fetches.items()}
    read = classifications if method == CLASSIFY else regressions
    return read(outputs, examples)


def single_plan(signatures: Mapping[str, Signature], method: str, signature_name: str) -> Plan:
    """Returns the plan of a Classify or Regress request.

    Args:
        signatures: The model's.
        method: `CLASSIFY` or `REGRESS`.
        signature_name: Empty means `serving_default`.

    Raises:
        InvalidArgumentError: There is no such signature, or it has another form.
    """
    name = signature_name or DEFAULT_SIGNATURE
    if name not in signatures:
        raise InvalidArgumentError(f"No signature was found with the name: {name}")
    return Plan((method,), (_FORMS[method](signatures[name]),))


def multi_plan(signatures: Mapping[str, Signature], tasks: Sequence[Task]) -> Plan:
    """Returns the plan of a MultiInference request: all tasks in one call of the model.

    Raises:
        InvalidArgumentError: Tasks name several models or a signature twice, or a signature does
            not exist or has another form.
        UnimplementedError: A task's method is neither `CLASSIFY` nor `REGRESS`.
    """
    seen: set[str] = set()
    forms = []
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
        forms.append(_FORMS[task.method_name](signatures[task.signature]))
    return Plan(tuple(task.method_name for task in tasks), tuple(forms))


def _check_model(task: Task, first: Task) -> None:
    if not task.model:
        raise InvalidArgumentError("Found ModelSpec with an empty model name.")
    if task.model != first.model:
        raise InvalidArgumentError(
            "All ModelSpecs in a MultiInferenceRequest must access the same model name."
        )
