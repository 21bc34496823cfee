"""Trains a LINEAR_REG or LOGISTIC_REG model by BigQuery ML's rules."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bqml_export.embedded.ml.data.classes import Classes, learn_classes, row_weights
from bqml_export.embedded.ml.data.columns import (
    NUMERIC_TYPES,
    Floats,
    base_type,
    find_field,
    numbers,
)
from bqml_export.embedded.ml.data.split import Rows, split_column, split_rows
from bqml_export.embedded.ml.data.table import Field, Table, Value
from bqml_export.embedded.ml.features.design import Design, Layout
from bqml_export.embedded.ml.features.feature_columns import flat_values, flatten
from bqml_export.embedded.ml.features.preprocessing import learn_features
from bqml_export.embedded.ml.model.evaluation import (
    class_metrics,
    confusion,
    decide,
    regression_metrics,
    roc_points,
)
from bqml_export.embedded.ml.model.explanation import attributions, mean_attributions
from bqml_export.embedded.ml.model.glm_model import GLMModel
from bqml_export.embedded.ml.model.training_report import TrainingReport
from bqml_export.embedded.ml.optimizers.gradient_descent import Problem, descend
from bqml_export.embedded.ml.optimizers.losses import LogLoss, Loss, SquaredLoss, probabilities
from bqml_export.embedded.ml.optimizers.normal_equation import solve
from bqml_export.embedded.ml.optimizers.progress import Iteration
from bqml_export.embedded.ml.optimizers.standard_errors import standard_errors
from bqml_export.embedded.ml.options.training_options import TrainingOptions
from bqml_export.embedded.ml.training._strategy import choose_strategy
from bqml_export.embedded.ml.training._warm_start import starting_weights
from bqml_export.errors import InvalidQueryError


def train(
    table: Table,
    options: TrainingOptions,
    *,
    warm_start: GLMModel | None = None,
    on_iteration: Callable[[Iteration], None] | None = None,
) -> GLMModel:
    """Returns the model that CREATE MODEL would make of `table`, the rows of its query.

    Rows whose label is NULL are left out. Every column but the label and DATA_SPLIT_COL is a
    feature. WARM_START=TRUE continues the model `warm_start`.

    Raises:
        InvalidQueryError: The data cannot be trained on; the message names the column.
        NotSupportedError: A column has a type whose models BigQuery does not export.
    """
    label = _label_field(table, options)
    features = _feature_fields(table, label, options)
    run = _prepare(_labelled_rows(table, label), label, features, options)
    run.on_iteration = on_iteration
    start = starting_weights(options, run.layout, label, run.target.classes, warm_start)
    strategy = choose_strategy(options, run.layout, run.train.design.rows)
    weights = run.normal_equation() if strategy == "NORMAL_EQUATION" else run.descent(start)
    coefficients = run.layout.to_raw_scale(weights)
    return GLMModel(
        options=options,
        strategy=strategy,
        feature_columns=features,
        label=label,
        layout=run.layout,
        classes=run.target.classes,
        coefficients=coefficients,
        iterations=tuple(run.iterations),
        metrics=run.metrics(weights),
        train_rows=run.train.design.rows,
        eval_rows=0 if run.evaluation is None else run.evaluation.design.rows,
        report=run.report_of(weights, coefficients),
    )


def _prepare(
    table: Table, label: Field, features: tuple[Field, ...], options: TrainingOptions
) -> _Run:
    flat = flatten(features)
    split = split_rows(table, options)
    target = _Target.learn(label, table.columns[label.name], options)
    if split.train.size == 0:
        raise InvalidQueryError(
            f"DATA_SPLIT_METHOD='{options.data_split_method}' leaves no rows to train on: "
            f"all {table.num_rows} rows with a label are for evaluation."
        )
    values = flat_values(table, features)
    part = {name: _take(column, split.train) for name, column in values.items()}
    dummy = options.category_encoding_method == "DUMMY_ENCODING"
    layout = Layout(learn_features(flat, part, dummy_encoding=dummy), options.fit_intercept)
    return _Run(
        options=options,
        layout=layout,
        target=target,
        train=_Part(part, layout.encode(part, split.train.size), target.loss(split.train)),
        evaluation=_evaluation_part(layout, values, target, split.evaluation),
    )


def _label_field(table: Table, options: TrainingOptions) -> Field:
    label = find_field(table, options.label_column)
    if label is None:
        columns = ", ".join(f.name for f in table.fields)
        raise InvalidQueryError(
            f"Label column {options.label_column} is not in the training data, which has: "
            f"{columns}. Name it with INPUT_LABEL_COLS."
        )
    type_ = base_type(label)
    if label.mode.upper() == "REPEATED" or type_ in {"STRUCT", "ARRAY", "GEOGRAPHY", "JSON"}:
        raise InvalidQueryError(
            f"Label column {label.name} has the type {label.type}, which cannot be a label."
        )
    if not options.is_classifier and type_ not in NUMERIC_TYPES:
        raise InvalidQueryError(
            f"Label column {label.name} must be numeric for a LINEAR_REG model, "
            f"but is {label.type}. For classes use MODEL_TYPE='LOGISTIC_REG'."
        )
    return label


def _feature_fields(table: Table, label: Field, options: TrainingOptions) -> tuple[Field, ...]:
    features = tuple(f for f in table.fields if f not in {label, split_column(table, options)})
    if not features:
        raise InvalidQueryError("The training data has no feature column besides the label.")
    return features


def _labelled_rows(table: Table, label: Field) -> Table:
    known = [i for i, value in enumerate(table.columns[label.name]) if value is not None]
    if not known:
        raise InvalidQueryError(
            f"The training data has no rows with a label: {table.num_rows} rows, "
            f"and {label.name} is NULL in all of them."
        )
    if len(known) == table.num_rows:
        return table
    return table.only(known)


def _take(column: Sequence[Value], rows: Rows) -> list[Value]:
    return [column[i] for i in rows.tolist()]


@dataclass(frozen=True, slots=True)
class _Target:
    """The label column, encoded for its loss; `codes` are class positions, or the numbers."""

    classes: Classes | None
    codes: Floats
    options: TrainingOptions

    @classmethod
    def learn(cls, label: Field, values: Sequence[Value], options: TrainingOptions) -> _Target:
        if not options.is_classifier:
            return cls(None, numbers(label.name, values), options)
        classes = learn_classes(label.name, values)
        if options.calculate_p_values and classes.outputs > 1:
            raise InvalidQueryError(
                "Option CALCULATE_P_VALUES=TRUE is only for LINEAR_REG and for LOGISTIC_REG with "
                f"two classes, but {label.name} has {len(classes.labels)}."
            )
        return cls(classes, classes.encode(values).astype(np.float64), options)

    def loss(self, rows: Rows) -> Loss:
        if self.classes is None:
            return SquaredLoss(self.codes[rows])
        codes = self.codes[rows].astype(np.intp)
        weights = row_weights(self.classes, codes, self.options)
        return LogLoss(codes, weights, self.classes.outputs)


@dataclass(frozen=True, slots=True)
class _Part:
    values: Mapping[str, Sequence[Value]]
    design: Design
    loss: Loss


def _evaluation_part(
    layout: Layout, values: Mapping[str, Sequence[Value]], target: _Target, rows: Rows
) -> _Part | None:
    if rows.size == 0:
        return None
    part = {name: _take(column, rows) for name, column in values.items()}
    return _Part(part, layout.encode(part, rows.size), target.loss(rows))


@dataclass(slots=True)
class _Run:
    """One training run: its encoded rows, and what it reports."""

    options: TrainingOptions
    layout: Layout
    target: _Target
    train: _Part
    evaluation: _Part | None
    on_iteration: Callable[[Iteration], None] | None = None
    iterations: list[Iteration] = field(default_factory=list)

    def report(self, iteration: Iteration) -> None:
        self.iterations.append(iteration)
        if self.on_iteration is not None:
            self.on_iteration(iteration)

    def eval_loss(self, weights: Floats) -> float | None:
        if self.evaluation is None:
            return None
        return self.evaluation.loss.reported(self.evaluation.design.times(weights))

    def normal_equation(self) -> Floats:
        began = time.perf_counter()
        weights = solve(self.train.design, self.target_numbers(self.train), self.options.l2_reg)
        weights[self.layout.dropped()] = 0.0  # rounding leaves 1e-10 there
        duration_ms = round(1000 * (time.perf_counter() - began))
        loss = self.train.loss.reported(self.train.design.times(weights))
        self.report(Iteration(0, loss, self.eval_loss(weights), None, duration_ms))
        return weights

    def descent(self, start: Floats) -> Floats:
        problem = Problem(
            self.train.design, self.train.loss, self.options.l1_reg, self.options.l2_reg
        )
        return descend(problem, start, self.options, self.report, self.eval_loss)

    def report_of(self, weights: Floats, coefficients: Floats) -> TrainingReport:
        part, options = self.evaluation or self.train, self.options
        means = errors = counts = points = None
        if options.enable_global_explain:
            rows = part.design.rows
            means = mean_attributions(attributions(self.layout, coefficients, part.values, rows))
        if options.calculate_p_values:
            train = self.train
            errors = standard_errors(self.layout, train.design, train.loss, weights, options.l2_reg)
        if isinstance(part.loss, LogLoss) and self.target.classes is not None:
            probs, truth = probabilities(part.design.times(weights)), part.loss.classes
            counts = confusion(truth, decide(probs, None), len(self.target.classes.labels))
            if part.loss.outputs == 1:
                points = tuple(roc_points(truth == 0, probs[:, 0]))
        return TrainingReport(counts, points, means, errors)

    def metrics(self, weights: Floats) -> Mapping[str, float]:
        part = self.evaluation or self.train
        eta = part.design.times(weights)
        if isinstance(part.loss, LogLoss):
            return class_metrics(part.loss.classes, probabilities(eta))
        return regression_metrics(self.target_numbers(part), eta[:, 0])

    @staticmethod
    def target_numbers(part: _Part) -> Floats:
        assert isinstance(part.loss, SquaredLoss)
        return part.loss.label
