"""The design matrix: standardised numbers beside category positions, never dense one-hot columns.

Columns of the matrix are, in order: the numeric features, one column per category of each
categorical feature, and the intercept. A category without a column (unseen, or dropped by dummy
encoding) points one past the end, at a row of zeros.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bqml_export.embedded.ml.data.columns import Floats
from bqml_export.embedded.ml.data.entries import UNSEEN, Entries
from bqml_export.embedded.ml.data.table import Value
from bqml_export.embedded.ml.features.preprocessing import Feature, NumericFeature, SparseFeature

_MOST_PAIRED_ENTRIES = 64
_BLOCK_ROWS = 2048


@dataclass(frozen=True, slots=True)
class Design:
    """n rows of encoded features.

    Attributes:
        dense: Numeric features and the intercept's column of ones (or zeros), float64 [n, p + 1].
        entries: The other columns: a code is a column, or `width` for none.
        width: Number of columns, d.
    """

    dense: Floats
    entries: tuple[Entries, ...]
    width: int

    @property
    def rows(self) -> int:
        """Number of rows, n."""
        return int(self.dense.shape[0])

    @property
    def numeric_width(self) -> int:
        """Number of numeric features, p."""
        return int(self.dense.shape[1]) - 1

    def times(self, weights: Floats) -> Floats:
        """Returns the product with `weights` [d, k], float64 [n, k]."""
        p = self.numeric_width
        result: Floats = self.dense @ np.vstack([weights[:p], weights[-1:]])
        padded = np.vstack([weights, np.zeros((1, weights.shape[1]))])
        for entry in self.entries:
            result += entry.scale(padded[entry.codes])
        return result

    def transposed_times(self, rows: Floats) -> Floats:
        """Returns the product of the transposed matrix with `rows` [n, k], float64 [d, k]."""
        p = self.numeric_width
        result = np.zeros((self.width + 1, rows.shape[1]))
        for entry in self.entries:
            scaled = entry.scale(rows)
            for k in range(rows.shape[1]):
                result[:, k] += np.bincount(entry.codes, scaled[:, k], self.width + 1)
        dense = self.dense.T @ rows
        result[:p], result[self.width - 1] = dense[:p], dense[p]
        return result[: self.width]

    def column_squares(self) -> Floats:
        """Returns the sum of squares of each column, float64 [d]."""
        p = self.numeric_width
        result = np.zeros(self.width + 1)
        for entry in self.entries:
            result += np.bincount(entry.codes, entry.square(), self.width + 1)
        dense = np.einsum("np,np->p", self.dense, self.dense)
        result[:p], result[self.width - 1] = dense[:p], dense[p]
        return result[: self.width]

    def weighted(self, weights: Floats) -> Design:
        """Returns the matrix whose rows are multiplied by `weights` [n]."""
        entries = tuple(Entries(e.codes, e.scale(weights)) for e in self.entries)
        return Design(self.dense * weights[:, None], entries, self.width)

    def gram(self) -> Floats:
        """Returns the product of the transposed matrix with the matrix, float64 [d, d]."""
        if len(self.entries) > _MOST_PAIRED_ENTRIES:
            return self._gram_by_blocks()
        p, size = self.numeric_width, self.width + 1
        result = np.zeros((size, size))
        dense_at = [*range(p), self.width - 1]
        result[np.ix_(dense_at, dense_at)] = self.dense.T @ self.dense
        for i, entry in enumerate(self.entries):
            for at, column in zip(dense_at, self.dense.T, strict=True):
                sums = np.bincount(entry.codes, entry.scale(column), size)
                result[at, :] += sums
                result[:, at] += sums
            for other in self.entries[: i + 1]:
                _add_pairs(result, entry, other)
        return result[: self.width, : self.width]

    def _gram_by_blocks(self) -> Floats:
        """Long arrays have too many pairs of entries: writes the rows out, a block at a time."""
        result = np.zeros((self.width, self.width))
        for first in range(0, self.rows, _BLOCK_ROWS):
            rows = slice(first, first + _BLOCK_ROWS)
            own = tuple(
                Entries(e.codes[rows], None if e.values is None else e.values[rows])
                for e in self.entries
            )
            block = Design(self.dense[rows], own, self.width).written_out()
            result += block.T @ block
        return result

    def written_out(self) -> Floats:
        """Returns the matrix itself, float64 [n, d]."""
        result = np.zeros((self.rows, self.width + 1))
        result[:, : self.numeric_width] = self.dense[:, :-1]
        result[:, self.width - 1] = self.dense[:, -1]
        ones = np.ones(self.rows)
        for entry in self.entries:
            result[np.arange(self.rows), entry.codes] += entry.scale(ones)
        return result[:, : self.width]


def _add_pairs(gram: Floats, left: Entries, right: Entries) -> None:
    size = gram.shape[0]
    place = left.codes.astype(np.int64) * size + right.codes
    pairs, inverse = np.unique(place, return_inverse=True)
    products = right.scale(left.scale(np.ones(place.size)))
    sums = np.bincount(inverse, products, pairs.size)
    rows, columns = np.divmod(pairs, size)
    gram[rows, columns] += sums
    if left is not right:
        gram[columns, rows] += sums


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the weights of each feature are in the design matrix."""

    features: tuple[Feature, ...]
    fit_intercept: bool

    @property
    def numeric(self) -> tuple[NumericFeature, ...]:
        return tuple(f for f in self.features if isinstance(f, NumericFeature))

    @property
    def categorical(self) -> tuple[SparseFeature, ...]:
        """The features with several columns, one per category, in the order of those."""
        return tuple(f for f in self.features if not isinstance(f, NumericFeature))

    @property
    def width(self) -> int:
        """Number of columns, d, the intercept's included."""
        return len(self.numeric) + sum(len(f.categories) for f in self.categorical) + 1

    @property
    def centers(self) -> Floats:
        """What standardisation subtracts; nothing without an intercept to take it up."""
        if not self.fit_intercept:
            return np.zeros(len(self.numeric))
        return np.array([f.mean for f in self.numeric], np.float64)

    @property
    def scales(self) -> Floats:
        """What standardisation divides by, float64 [p]."""
        return np.array([f.scale for f in self.numeric], np.float64)

    def offsets(self) -> list[int]:
        sizes = [len(self.numeric), *(len(f.categories) for f in self.categorical)]
        return [int(at) for at in np.cumsum(sizes)[:-1]]

    def dropped(self) -> list[int]:
        places = zip(self.categorical, self.offsets(), strict=True)
        return [first + f.dropped for f, first in places if f.dropped is not None]

    def encode(self, values: Mapping[str, Sequence[Value]], rows: int) -> Design:
        """Returns the standardised design matrix of `rows` rows of flattened columns."""
        dense = np.full((rows, len(self.numeric) + 1), float(self.fit_intercept))
        for i, feature in enumerate(self.numeric):
            raw = feature.encode(values[feature.name])
            dense[:, i] = (raw - self.centers[i]) / self.scales[i]
        entries = [
            self._placed(feature, entry, first)
            for feature, first in zip(self.categorical, self.offsets(), strict=True)
            for entry in feature.entries(values[feature.name])
        ]
        return Design(dense, tuple(entries), self.width)

    def _placed(self, feature: SparseFeature, entry: Entries, first: int) -> Entries:
        dropped = UNSEEN if feature.dropped is None else feature.dropped
        without_column = (entry.codes == UNSEEN) | (entry.codes == dropped)
        codes = np.where(without_column, self.width, entry.codes + first).astype(np.int32)
        return Entries(codes, entry.values)

    def to_raw_scale(self, weights: Floats) -> Floats:
        """Returns weights [d, k] of standardised columns as weights of raw columns."""
        p, raw = len(self.numeric), weights.copy()
        raw[:p] /= self.scales[:, None]
        raw[-1] -= self.centers @ raw[:p]
        return raw

    def to_standard_scale(self, weights: Floats) -> Floats:
        """Returns weights [d, k] of raw columns as weights of standardised columns."""
        p, standard = len(self.numeric), weights.copy()
        standard[-1] += self.centers @ weights[:p]
        standard[:p] *= self.scales[:, None]
        return standard
