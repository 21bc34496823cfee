"""Batch gradient descent: OPTIMIZE_STRATEGY='BATCH_GRADIENT_DESCENT', and every LOGISTIC_REG.

LINE_SEARCH takes, in each iteration, the step length at the lowest point along the gradient: it
starts from LS_INIT_LEARN_RATE (later from the last length), halves or doubles, then places a
parabola through the best three lengths. Lengths found by doubling alone overshoot in turn and
stop progress early. Trying a length costs no pass over the features, because the linear predictor
is linear in it.

A category seen in few rows has a small gradient and would hardly move within 20 iterations, so
steps are taken in coordinates in which its column is stretched: to unit length for squared error,
which has one exact solution to reach; to the square root of that for log loss, where the exact
solution overfits rare categories. Standardised numbers are left as they are.

With L1_REG each step is followed by soft thresholding (proximal gradient descent), and the length
is halved until the quadratic bound holds. CONSTANT takes the plain gradient times LEARN_RATE.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bqml_export.embedded.ml.data.columns import Floats
from bqml_export.embedded.ml.features.design import Design
from bqml_export.embedded.ml.optimizers.losses import Loss
from bqml_export.embedded.ml.optimizers.normal_equation import penalty_of
from bqml_export.embedded.ml.optimizers.progress import Iteration
from bqml_export.embedded.ml.options.training_options import TrainingOptions
from bqml_export.errors import InvalidQueryError

_SHORTEST_STEP = 1e-12
_LONGEST_STEP = 1e6
_TINY = float(np.finfo(np.float64).tiny)
_ROUNDING = 1e-13
"""Relative error of a loss; near the minimum the quadratic bound is not met more closely."""

_RARE = 1e-4
"""Share of rows below which a category's coordinate is stretched no further."""


@dataclass(frozen=True, slots=True)
class _Point:
    weights: Floats
    eta: Floats
    objective: float


@dataclass(frozen=True, slots=True)
class Problem:
    """What to minimise: the mean loss plus (l1 * |w| + l2 / 2 * w^2) / n, intercept excluded."""

    design: Design
    loss: Loss
    l1_reg: float
    l2_reg: float

    @property
    def l1(self) -> Floats:
        """The L1 penalty of each weight per row, [d, 1]."""
        return penalty_of(self.design.width, self.l1_reg)[:, None] / self.design.rows

    @property
    def l2(self) -> Floats:
        """The L2 penalty of each weight per row, [d, 1]."""
        return penalty_of(self.design.width, self.l2_reg)[:, None] / self.design.rows

    def smooth(self, weights: Floats, eta: Floats) -> float:
        """Returns the part of the objective that has a gradient."""
        return self.loss.value(eta) + 0.5 * float(np.sum(self.l2 * np.square(weights)))

    def point(self, weights: Floats, eta: Floats | None = None) -> _Point:
        eta = self.design.times(weights) if eta is None else eta
        absolute = float(np.sum(self.l1 * np.abs(weights)))
        return _Point(weights, eta, self.smooth(weights, eta) + absolute)

    def gradient(self, at: _Point) -> Floats:
        """Returns the gradient of the smooth part, [d, k]."""
        return self.design.transposed_times(self.loss.slope(at.eta)) + self.l2 * at.weights


def descend(
    problem: Problem,
    start: Floats,
    options: TrainingOptions,
    report: Callable[[Iteration], None],
    eval_loss: Callable[[Floats], float | None],
) -> Floats:
    """Returns the weights [d, k] after at most MAX_ITERATIONS steps from `start`.

    `eval_loss` gives the loss of weights on the evaluation rows. InvalidQueryError: a constant
    LEARN_RATE makes the loss grow beyond bounds.
    """
    step = _stepper(problem, options)
    at = problem.point(start)
    for index in range(options.max_iterations):
        began = time.perf_counter()
        last, (at, rate) = at, step(at)
        _refuse_divergence(at, rate)
        duration_ms = round(1000 * (time.perf_counter() - began))
        loss = problem.loss.reported(at.eta)
        report(Iteration(index, loss, eval_loss(at.weights), rate, duration_ms))
        progress = last.objective - at.objective
        if options.early_stop and progress <= options.min_rel_progress * abs(last.objective):
            break
    return at.weights


def _refuse_divergence(at: _Point, rate: float) -> None:
    if not np.isfinite(at.objective):
        raise InvalidQueryError(
            f"Training diverged with a learning rate of {rate:g}: choose a lower LEARN_RATE, "
            "or LEARN_RATE_STRATEGY='LINE_SEARCH'."
        )


def _stepper(
    problem: Problem, options: TrainingOptions
) -> Callable[[_Point], tuple[_Point, float]]:
    if options.learn_rate_strategy == "CONSTANT":
        return _ConstantStep(problem, options.learn_rate)
    metric = np.maximum(_mean_squares(problem.design), _RARE) ** -problem.loss.stretch
    if problem.l1_reg > 0:
        return _ProximalStep(problem, metric, options.ls_init_learn_rate)
    return _SearchedStep(problem, metric, options.ls_init_learn_rate)


def _mean_squares(design: Design) -> Floats:
    result: Floats = design.column_squares()[:, None] / design.rows
    return result


@dataclass(slots=True)
class _ConstantStep:
    problem: Problem
    rate: float

    def __call__(self, at: _Point) -> tuple[_Point, float]:
        # A rate far too high overflows on its way to the error that says so.
        with np.errstate(over="ignore", invalid="ignore"):
            moved = at.weights - self.rate * self.problem.gradient(at)
            return self.problem.point(_shrink(moved, self.rate * self.problem.l1)), self.rate


@dataclass(slots=True)
class _SearchedStep:
    """A step to the lowest point; for squared error along conjugate gradients (Polak-Ribiere+).

    The plain gradient would leave squared error far from its one exact solution after 20 steps.
    Log loss keeps it: there the exact solution overfits rare categories.
    """

    problem: Problem
    metric: Floats
    rate: float
    gradient: Floats | None = None
    direction: Floats | None = None

    def __call__(self, at: _Point) -> tuple[_Point, float]:
        direction = self._next_direction(self.problem.gradient(at))
        slope = self.problem.design.times(direction)

        def objective(rate: float) -> float:
            return self.problem.smooth(at.weights + rate * direction, at.eta + rate * slope)

        with np.errstate(over="ignore", invalid="ignore"):
            rate = lowest(objective, at.objective, self.rate)
        if rate == 0.0:
            return at, self.rate
        self.rate = rate
        eta = at.eta + rate * slope
        return self.problem.point(at.weights + rate * direction, eta), rate

    def _next_direction(self, gradient: Floats) -> Floats:
        steepest: Floats = -self.metric * gradient
        direction = steepest
        if self.problem.loss.conjugate and self.gradient is not None:
            assert self.direction is not None
            before = float(np.sum(self.gradient * self.metric * self.gradient))
            turned = float(np.sum((self.gradient - gradient) * steepest))
            conjugate = steepest + max(0.0, turned / max(before, _TINY)) * self.direction
            if float(np.sum(conjugate * gradient)) < 0:
                direction = conjugate
        self.gradient, self.direction = gradient, direction
        return direction


def lowest(objective: Callable[[float], float], at_zero: float, first: float) -> float:
    """Returns a step length near the lowest point of the convex `objective`, 0 if none is better.

    `at_zero` is `objective(0)`, and `first` the length to try first.
    """
    rate, value = first, objective(first)
    while not value < at_zero:
        rate /= 2
        if rate < _SHORTEST_STEP:
            return 0.0
        value = objective(rate)
    before, beyond = objective(rate / 2), objective(2 * rate)
    while beyond < value and rate < _LONGEST_STEP:
        rate, before, value, beyond = 2 * rate, value, beyond, objective(4 * rate)
    while before < value and rate > _SHORTEST_STEP:
        rate, before, value, beyond = rate / 2, objective(rate / 4), before, value
    vertex = _vertex(rate, before - value, beyond - value)
    return vertex if objective(vertex) < value else rate


def _vertex(rate: float, before: float, beyond: float) -> float:
    """Returns the vertex of the parabola through (rate/2, before), (rate, 0), (2*rate, beyond)."""
    curve = 4 * beyond + 8 * before
    if not (np.isfinite(curve) and curve > 0):
        return rate
    return rate * (1 + (4 * before - beyond) / curve)


@dataclass(slots=True)
class _ProximalStep:
    """Accelerated proximal gradient (FISTA), started anew whenever it would climb."""

    problem: Problem
    metric: Floats
    rate: float
    last: _Point | None = None
    inertia: float = 1.0

    def __call__(self, at: _Point) -> tuple[_Point, float]:
        moved = self._step_from(self._ahead(at))
        if not moved.objective < at.objective:
            self.inertia = 1.0
            moved = self._step_from(at)
        if not moved.objective < at.objective:
            return at, self.rate
        self.last = at
        return moved, self.rate

    def _ahead(self, at: _Point) -> _Point:
        grown = (1 + np.sqrt(1 + 4 * self.inertia**2)) / 2
        momentum = (self.inertia - 1) / grown
        self.inertia = grown
        if self.last is None or momentum == 0:
            return at
        ahead = at.weights + momentum * (at.weights - self.last.weights)
        return self.problem.point(ahead, at.eta + momentum * (at.eta - self.last.eta))

    def _step_from(self, base: _Point) -> _Point:
        gradient = self.problem.gradient(base)
        value = self.problem.smooth(base.weights, base.eta)
        self.rate *= 2
        while True:
            step = self.rate * self.metric
            moved = self.problem.point(
                _shrink(base.weights - step * gradient, step * self.problem.l1)
            )
            change = moved.weights - base.weights
            bound = value + float(np.sum(change * gradient + np.square(change) / (2 * step)))
            bound += _ROUNDING * abs(value)
            if self.problem.smooth(moved.weights, moved.eta) <= bound or self.rate < _SHORTEST_STEP:
                return moved
            self.rate /= 2


def _shrink(weights: Floats, by: Floats) -> Floats:
    """Returns `weights` moved towards zero by `by`, but not across it."""
    result: Floats = np.sign(weights) * np.maximum(np.abs(weights) - by, 0.0)
    return result
