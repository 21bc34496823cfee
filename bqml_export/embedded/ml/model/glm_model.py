"""A trained generalised linear model: predicts, evaluates, shows itself and exports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bqml_export.embedded.ml.data.classes import Classes
from bqml_export.embedded.ml.data.columns import Floats, find_field, numbers
from bqml_export.embedded.ml.data.table import Field, Table, Value
from bqml_export.embedded.ml.features.design import Layout
from bqml_export.embedded.ml.features.feature_columns import why_not_exportable
from bqml_export.embedded.ml.model import _inspection, _model_json, _prediction, explanation
from bqml_export.embedded.ml.model._advanced_weights import advanced_weights_table
from bqml_export.embedded.ml.model.evaluation import (
    class_metrics,
    confusion,
    confusion_table,
    decide,
    metrics_table,
    regression_metrics,
    roc_points,
    roc_table,
)
from bqml_export.embedded.ml.model.training_report import TrainingReport
from bqml_export.embedded.ml.model.transform import Transform
from bqml_export.embedded.ml.optimizers.losses import probabilities
from bqml_export.embedded.ml.optimizers.progress import Iteration
from bqml_export.embedded.ml.options.training_options import TrainingOptions
from bqml_export.errors import InvalidQueryError, NotSupportedError


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
        report: What else training found out.
        transform: The TRANSFORM clause that made the feature columns, or None. Tables given to
            the methods have gone through it.
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
    report: TrainingReport = field(default_factory=TrainingReport)
    transform: Transform | None = None

    @property
    def model_type(self) -> str:
        return "LINEAR_REGRESSION" if self.classes is None else "LOGISTIC_REGRESSION"

    @property
    def not_exportable(self) -> str | None:
        """Why BigQuery would not export this model, or None when it would."""
        return why_not_exportable(self.feature_columns)

    def predict(
        self, table: Table, *, threshold: float | None = None, shown: Table | None = None
    ) -> Table:
        """Returns ML.PREDICT: the prediction's columns, then all columns of `shown`.

        A NULL number counts as the training mean, a NULL category as the NULL category of
        training, an unseen category as nothing. `threshold` is the least probability of the
        positive class of a binary LOGISTIC_REG; `shown` are the rows as the user gave them.
        """
        self._check_threshold(threshold)
        eta, given = self._linear_predictor(table), shown or table
        if self.classes is None:
            return _prediction.regression_table(given, self.label, eta)
        return _prediction.class_table(given, self.label, self.classes, eta, threshold)

    def explain(
        self,
        table: Table,
        *,
        top: int = 5,
        threshold: float | None = None,
        shown: Table | None = None,
    ) -> Table:
        """Returns ML.EXPLAIN_PREDICT; the arguments are those of `predict`."""
        self._check_threshold(threshold)
        if top < 1:
            raise InvalidQueryError(f"top_k_features must be at least 1, but is {top}.")
        values = _prediction.feature_values(table, self.feature_columns)
        found = explanation.attributions(self.layout, self.coefficients, values, table.num_rows)
        given = shown or table
        if self.classes is None:
            return explanation.regression_explanation(given, self.label, found, top)
        return explanation.class_explanation(
            given, self.label, self.classes, found, top=top, threshold=threshold
        )

    def global_explain(self, *, by_class: bool = False) -> Table:
        """Returns ML.GLOBAL_EXPLAIN of the evaluation rows, or of the training rows."""
        means = self.report.attributions
        if means is None:
            raise InvalidQueryError(
                "ML.GLOBAL_EXPLAIN needs a model that was trained with ENABLE_GLOBAL_EXPLAIN=TRUE."
            )
        if by_class:
            classes = self._classes_for("class_level_explain of ML.GLOBAL_EXPLAIN")
            return explanation.class_global_table(means, classes)
        return explanation.global_table(means)

    def evaluate(self, table: Table | None = None, *, threshold: float | None = None) -> Table:
        """Returns ML.EVALUATE of the rows of `table` with a label; of `metrics` without a table."""
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

    def confusion_matrix(
        self, table: Table | None = None, *, threshold: float | None = None
    ) -> Table:
        """Returns ML.CONFUSION_MATRIX of `table`, or of the evaluation rows."""
        self._check_threshold(threshold)
        classes = self._classes_for("ML.CONFUSION_MATRIX")
        counts: Sequence[Sequence[int]] | None = self.report.confusion
        if table is not None:
            labelled = self._labelled(table)
            truth = classes.encode(self._labels(labelled))
            said = decide(probabilities(self._linear_predictor(labelled)), threshold)
            counts = confusion(truth, said, len(classes.labels))
        elif threshold is not None:
            raise InvalidQueryError("A threshold for ML.CONFUSION_MATRIX needs a table.")
        assert counts is not None
        return confusion_table(counts, classes.labels, classes.texts, self.label.type)

    def roc_curve(
        self, table: Table | None = None, *, thresholds: Sequence[float] | None = None
    ) -> Table:
        """Returns ML.ROC_CURVE of `table`, or of the evaluation rows."""
        classes = self._classes_for("ML.ROC_CURVE")
        if classes.outputs > 1:
            raise InvalidQueryError("ML.ROC_CURVE is only for models with two classes.")
        if table is None:
            if thresholds is not None:
                raise InvalidQueryError("Thresholds for ML.ROC_CURVE need a table.")
            return roc_table(self.report.roc or ())
        labelled = self._labelled(table)
        positive = classes.encode(self._labels(labelled)) == 0
        score = probabilities(self._linear_predictor(labelled))[:, 0]
        return roc_table(roc_points(positive, score, thresholds))

    def weights(self, *, standardize: bool = False) -> Table:
        """Returns ML.WEIGHTS, of raw columns or of standardised ones."""
        shown = self._shown_weights(standardize=standardize)
        return _inspection.weights_table(self.layout, shown, self.label, self.classes)

    def advanced_weights(self, *, standardize: bool = False) -> Table:
        """Returns ML.ADVANCED_WEIGHTS, of raw columns or of standardised ones."""
        errors = self.report.standard_errors
        if errors is None:
            raise InvalidQueryError(
                "ML.ADVANCED_WEIGHTS needs a model that was trained with CALCULATE_P_VALUES=TRUE."
            )
        shown = self._shown_weights(standardize=standardize)
        own = errors.standardized if standardize else errors.raw
        return advanced_weights_table(self.layout, shown, own, errors.degrees_of_freedom)

    def _shown_weights(self, *, standardize: bool) -> Floats:
        raw = self.coefficients
        return self.layout.to_standard_scale(raw) if standardize else raw

    def feature_info(self) -> Table:
        return _inspection.feature_info_table(self.layout.features)

    def training_info(self) -> Table:
        return _inspection.training_info_table(self.iterations)

    def export(self, directory: Path, *, name: str = "") -> None:
        """Writes the SavedModel to `directory`, which must not exist; errors name it `name`."""
        self._check_exportable(f"Model {name}".strip())
        # TensorFlow takes seconds to import; training and predicting do not need it.
        from bqml_export.embedded.ml.model._export import export_model

        export_model(self, directory)

    def to_json(self) -> dict[str, Any]:
        return _model_json.to_json(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> GLMModel:
        return cls(**_model_json.from_json(data))

    def _check_exportable(self, shown: str) -> None:
        if self.transform is not None:
            raise NotSupportedError(
                f"{shown}: the embedded BigQuery ML does not export models with a TRANSFORM "
                "clause; move its expressions into the SELECT of the training query"
            )
        if self.not_exportable is not None:
            raise InvalidQueryError(
                f"{shown} is not exportable from BigQueryML: {self.not_exportable}; "
                "use scalar columns, such as EXTRACT(HOUR FROM t) or CAST(t AS DATE), instead"
            )

    def _linear_predictor(self, table: Table) -> Floats:
        return _prediction.linear_predictor(
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
        _prediction.check_type(label, self.label, self.label.name)
        known = [i for i, v in enumerate(table.columns[label.name]) if v is not None]
        if not known:
            raise InvalidQueryError(f"No row of the input data has a label {self.label.name}.")
        return table.only(known)

    def _labels(self, table: Table) -> list[Value]:
        field = find_field(table, self.label.name)
        assert field is not None
        return list(table.columns[field.name])
