"""tf.Example messages to the core, and its results to messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from serve_app.protocols.tfs.examples.examples import Examples
from serve_app.protocols.tfs.examples.result import Classifications, Regressions

if TYPE_CHECKING:
    from foundation.protos.classification_pb2 import ClassificationResult
    from foundation.protos.example_input_pb2 import Input
    from foundation.protos.regression_pb2 import RegressionResult


def read_examples(message: Input) -> Examples:
    """Returns the examples of a request, serialized again, and their context."""
    if message.WhichOneof("kind") == "example_list_with_context":
        shared = message.example_list_with_context
        examples = [example.SerializeToString() for example in shared.examples]
        return Examples(examples, shared.context.SerializeToString())
    return Examples([example.SerializeToString() for example in message.example_list.examples])


def write_classifications(result: Classifications, message: ClassificationResult) -> None:
    for labels, scores in zip(result.labels.tolist(), result.scores.tolist(), strict=True):
        classes = message.classifications.add().classes
        for label, score in zip(labels, scores, strict=True):
            classes.add(label=label.decode(errors="replace"), score=score)


def write_regressions(result: Regressions, message: RegressionResult) -> None:
    for value in result.values.tolist():
        message.regressions.add(value=value)
