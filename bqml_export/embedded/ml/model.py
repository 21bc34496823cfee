"""A trained generalised linear model: predicts, evaluates, shows itself and exports."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bqml_export.embedded.ml import inspection, model_json, prediction
from bqml_export.embedded.ml.columns import Floats, find_field, numbers
from bqml_export.embedded.ml.evaluation import (
    class_metrics,
    decide,
    metrics_table,
    regression_metrics,
    roc_curve,
)
from bqml_export.embedded.ml.losses import probabilities
from bqml_export.embedded.ml.table import Field, Table, Value
from bqml_export.errors import InvalidQueryError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bqml_export.embedded.ml.classes import Classes
    from bqml_export.embedded.ml.design import Layout
    from bqml_export.embedded.ml.options import TrainingOptions
    from bqml_export.embedded.ml.progress import Iteration


@dataclass(frozen=True, slots=True, eq=False)
class GLMModel:
    """A LINEAR_REG or LOGISTIC_REG model.

    Attributes:
        options: The options of CREATE MODEL.
        strategy: What AUTO_STRATEGY came to: 'NORMAL_EQUATION' or 'BATCH_GRADIENT_DESCENT'.
        feature_columns: Columns of the training query but the label and DATA_SPLIT_COL.
        label: The label column.
        layout: What training learned about each feature, and where its weights are.
        classes: The classes of a LOGISTIC_REG; None for a LINEAR_REG.
        coefficients: Raw-scale weights [d, k]; the last row is the intercept.
        iterations: What training reported.
        metrics: Metrics of the evaluation rows, or of the training rows if there are none.
        train_rows: Number of rows trained on.
        eval_rows: Number of rows held out.
    """

    options: TrainingOptions
    strategy: str
    feature_columns: tuple[Field, ...]
    label: Field
    layout: Layout
    classes: Classes | None
    coefficients: Floats
    iterations: tuple[Iteration, ...]
    metrics: Mapping[str, float]
    train_rows: int
    eval_rows: int

    @property
    def model_type(self) -> str:
        """The model type as models.get names it."""
        return "LINEAR_REGRESSION" if self.classes is None else "LOGISTIC_REGRESSION"

    def predict(self, table: Table, *, threshold: float | None = None) -> Table:
        """Returns ML.PREDICT: the prediction's columns, then all columns of `table`.

        A NULL number counts as the training mean, a NULL category as the NULL category of
        training, an unseen category as nothing.

        Args:
            table: Rows with at least the feature columns; their order does not matter.
            threshold: Least probability of the positive class of a binary LOGISTIC_REG.

        Raises:
            InvalidQueryError: A feature column is missing or of another type, or the threshold
                does not fit the model.
        """
        self._check_threshold(threshold)
        eta = self._linear_predictor(table)
        if self.classes is None:
            return prediction.regression_table(table, self.label, eta)
        return prediction.class_table(table, self.label, self.classes, eta, threshold)

    def evaluate(self, table: Table | None = None, *, threshold: float | None = None) -> Table:
        """Returns ML.EVALUATE of the rows of `table` with a label; of `metrics` without a table.

        Raises:
            InvalidQueryError: The label or a feature column is missing, or no row has a label.
        """
        self._check_threshold(threshold)
        if table is None:
            if threshold is not None:
                raise InvalidQueryError("A threshold for ML.EVALUATE needs a table to evaluate.")
            return metrics_table(self.metrics, is_classifier=self.classes is not None)
        labelled = self._labelled(table)
        eta, labels = self._linear_predictor(labelled), self._labels(labelled)
        if self.classes is None:
            metrics = regression_metrics(numbers(self.label.name, labels), eta[:, 0])
        else:
            metrics = class_metrics(self.classes.encode(labels), probabilities(eta), threshold)
        return metrics_table(metrics, is_classifier=self.classes is not None)

    def confusion_matrix(self, table: Table, *, threshold: float | None = None) -> Table:
        """Returns ML.CONFUSION_MATRIX: a row and a column per class, ascending."""
        self._check_threshold(threshold)
        classes = self._classes_for("ML.CONFUSION_MATRIX")
        labelled = self._labelled(table)
        predicted = decide(probabilities(self._linear_predictor(labelled)), threshold)
        counts = Counter(zip(self._labels(labelled), predicted.tolist(), strict=True))
        names = {k: _column_name(text) for k, text in enumerate(classes.texts)}
        ascending = sorted(names, reverse=True)
        rows: list[dict[str, Value]] = []
        for k in ascending:
            counted = {names[j]: counts[classes.labels[k], j] for j in ascending}
            rows.append({"expected_label": classes.labels[k], **counted})
        columns = [Field(names[j], "INT64") for j in ascending]
        return Table.from_rows([Field("expected_label", self.label.type), *columns], rows)

    def roc_curve(self, table: Table) -> Table:
        """Returns ML.ROC_CURVE of a binary LOGISTIC_REG."""
        classes = self._classes_for("ML.ROC_CURVE")
        if classes.outputs > 1:
            raise InvalidQueryError("ML.ROC_CURVE is only for models with two classes.")
        labelled = self._labelled(table)
        positive = classes.encode(self._labels(labelled)) == 0
        return roc_curve(positive, probabilities(self._linear_predictor(labelled))[:, 0])

    def weights(self, *, standardize: bool = False) -> Table:
        """Returns ML.WEIGHTS, of raw columns or of standardised ones."""
        raw = self.coefficients
        shown = self.layout.to_standard_scale(raw) if standardize else raw
        return inspection.weights_table(self.layout, shown, self.label, self.classes)

    def feature_info(self) -> Table:
        """Returns ML.FEATURE_INFO of the training rows."""
        return inspection.feature_info_table(self.layout.features)

    def training_info(self) -> Table:
        """Returns ML.TRAINING_INFO."""
        return inspection.training_info_table(self.iterations)

    def export(self, directory: Path) -> None:
        """Writes the SavedModel of EXPORT MODEL; `directory` must not exist yet.

        Raises:
            InvalidQueryError: A category cannot be written to a vocabulary file.
        """
        # TensorFlow takes seconds to import; training and predicting do not need it.
        from bqml_export.embedded.ml.export import export_model

        export_model(self, directory)

    def to_json(self) -> dict[str, Any]:
        """Returns the model as JSON values, exactly; `from_json` is the inverse."""
        return model_json.to_json(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> GLMModel:
        """Returns the model that `to_json` wrote."""
        return cls(**model_json.from_json(data))

    def _linear_predictor(self, table: Table) -> Floats:
        return prediction.linear_predictor(
            table, self.feature_columns, self.layout, self.coefficients
        )

    def _classes_for(self, function: str) -> Classes:
        if self.classes is None:
            raise InvalidQueryError(f"{function} is only for LOGISTIC_REG models.")
        return self.classes

    def _check_threshold(self, threshold: float | None) -> None:
        if threshold is None:
            return
        if self.classes is None or self.classes.outputs > 1:
            raise InvalidQueryError("A threshold is only for LOGISTIC_REG models with two classes.")
        if not 0 <= threshold <= 1:
            raise InvalidQueryError(f"The threshold must be from 0 to 1, but is {threshold}.")

    def _labelled(self, table: Table) -> Table:
        label = find_field(table, self.label.name)
        if label is None:
            raise InvalidQueryError(
                f"Column {self.label.name}, the label, is missing from the input data."
            )
        prediction.check_type(label, self.label, self.label.name)
        known = [i for i, v in enumerate(table.columns[label.name]) if v is not None]
        if not known:
            raise InvalidQueryError(f"No row of the input data has a label {self.label.name}.")
        columns = {name: [column[i] for i in known] for name, column in table.columns.items()}
        return Table(table.fields, columns, len(known))

    def _labels(self, table: Table) -> list[Value]:
        field = find_field(table, self.label.name)
        assert field is not None
        return list(table.columns[field.name])


def _column_name(text: str) -> str:
    legal = "".join(c if c.isalnum() or c == "_" else "_" for c in text)
    return legal if legal[:1].isalpha() or legal[:1] == "_" else f"_{legal}"
