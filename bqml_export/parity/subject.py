"""What a published version must know about itself to be compared with BigQuery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bqml_export.errors import DamageError, GateError
from bqml_export.model_reference import ModelReference
from bqml_export.parity._leaf import Leaf, leaves_of
from bqml_export.parity._prediction import Outputs, outputs_of
from bqml_export.repository.digests import compare
from bqml_export.repository.record import Record, read_record
from bqml_export.repository.versions import Version
from foundation.repository.layout import DEFAULT_SIGNATURE, default_signature

if TYPE_CHECKING:
    from bqml_export.repository.saved_model_pb import TensorMap

_DEPLOY = "publish it with `bqml-export deploy`, which records where a model comes from"
_DEPLOY_OR_HASHES = f"{_DEPLOY}, or give --files-only to compare hashes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A version that can be compared: its model in BigQuery, its columns and its signature."""

    version: Version
    record: Record
    model: ModelReference
    leaves: tuple[Leaf, ...]
    outputs: Outputs
    inputs: TensorMap
    signature: str | None
    """The signature to name in requests; None for the one that is called without a name."""

    @property
    def feature_names(self) -> list[str]:
        return [column.name for column in self.record.feature_columns or ()]

    @property
    def classes_of(self) -> str | None:
        """The label column of a model that predicts classes; None of one that predicts a number."""
        return self.outputs.label if self.outputs.probabilities is not None else None


def require_undamaged(version: Version) -> Record:
    """Returns the version's record after comparing every file with its hash.

    Raises:
        DamageError: A file is missing or has other bytes.
        GateError: There is no record to compare with.
        PublishError: The record cannot be read.
    """
    record = read_record(version.folder)
    if record is None or record.files is None:
        raise GateError(f"{version} has no record to compare with", hint=_DEPLOY)
    if damaged := compare(version.folder, record.files).damaged:
        raise DamageError(
            f"{version} is damaged: {damaged}",
            hint="publish the model again; a version is never repaired in place",
        )
    return record


def read_subject(version: Version) -> Subject:
    """Returns what is needed to compare the version, after its files were found undamaged.

    Raises:
        DamageError: A file is missing or has other bytes.
        GateError: The record does not know the model or its columns.
        NotSupportedError: Its columns or outputs are of a kind that is not compared.
    """
    record = require_undamaged(version)
    if record.model_reference is None or not record.feature_columns or not record.label_columns:
        raise GateError(
            f"the record of {version} does not name a BigQuery model with its columns",
            hint=_DEPLOY_OR_HASHES,
        )
    signatures = record.signatures or {}
    name = default_signature(signatures)
    if name is None:
        raise GateError(
            f"the record of {version} names no signature to ask", hint=_DEPLOY_OR_HASHES
        )
    label = record.label_columns[0]
    outputs = signatures[name]["outputs"]
    return Subject(
        version=version,
        record=record,
        model=record.model_reference,
        leaves=leaves_of(record.feature_columns),
        outputs=outputs_of(record.model_type, label.name, label.type, tuple(outputs)),
        inputs=signatures[name]["inputs"],
        signature=None if name == DEFAULT_SIGNATURE else name,
    )
