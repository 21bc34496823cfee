"""The arguments of an ML function that is written out in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bqml_export.errors import InvalidQueryError
from bqml_export.sql._constants import read_constant
from bqml_export.sql.tokens import Sql
from bqml_export.sql.values import OptionValue

_MOST_FEATURES = 10


@dataclass(frozen=True, slots=True)
class Arguments:
    """What stands between the parentheses of ML.<function>(...).

    The readers of constants take a `default` for an argument that is not given.
    """

    function: str
    given: tuple[Sql, ...]

    def __len__(self) -> int:
        return len(self.given)

    def __getitem__(self, index: int) -> str:
        return self.given[index].text

    def check_count(self, least: int, most: int) -> None:
        if not least <= len(self) <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            raise InvalidQueryError(
                f"ML.{self.function} takes {wanted} arguments, but got {len(self)}"
            )

    def constant(self, index: int, default: OptionValue = None) -> OptionValue:
        return read_constant(self.given[index]) if index < len(self) else default

    def integer(
        self, index: int, what: str, lowest: int, highest: int, default: int | None = None
    ) -> int:
        value = self.constant(index, default)
        return self._integer(value, what, lowest, highest, self._shown(index))

    def integers(self, index: int, what: str, lowest: int, highest: int) -> list[int]:
        """Returns an ARRAY of INT64 constants within bounds; one alone stands for two."""
        value = self.constant(index)
        items: list[OptionValue] = value if isinstance(value, list) else [value, value]
        return [self._integer(item, what, lowest, highest, str(item)) for item in items]

    def _integer(self, value: OptionValue, what: str, lowest: int, highest: int, shown: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            raise InvalidQueryError(
                f"ML.{self.function}: {what} must be an INT64 from {lowest} to {highest}, "
                f"got {shown}"
            )
        return value

    def boolean(self, index: int, what: str, *, default: bool) -> bool:
        value = self.constant(index, default)
        if not isinstance(value, bool):
            raise InvalidQueryError(
                f"ML.{self.function}: {what} must be TRUE or FALSE, got {self._shown(index)}"
            )
        return value

    def one_of(
        self, index: int, what: str, choices: Sequence[str], default: str | None = None
    ) -> str:
        """Returns a STRING constant that is one of `choices`, in lower case."""
        value = self.constant(index, default)
        if not isinstance(value, str) or value.lower() not in choices:
            raise InvalidQueryError(
                f"ML.{self.function}: {what} must be one of {', '.join(choices)}"
            )
        return value.lower()

    def numbers(
        self, index: int, what: str, default: Sequence[OptionValue] | None = None
    ) -> list[float]:
        value = self.constant(index, list(default or ()))
        items: list[OptionValue] = value if isinstance(value, list) else [None]
        result = [
            float(item)
            for item in items
            if isinstance(item, int | float) and not isinstance(item, bool)
        ]
        if len(result) < len(items):
            raise InvalidQueryError(
                f"ML.{self.function}: {what} must be an ARRAY of numbers, got {self._shown(index)}"
            )
        return result

    def struct_fields(self, index: int) -> dict[str, str]:
        """Returns the expressions of STRUCT(a, b AS name, ...) by field name."""
        sql = self.given[index]
        if sql.words(0, 2) != ("STRUCT", "(") or sql.closing(1) != len(sql) - 1:
            raise InvalidQueryError(
                f"ML.{self.function} takes STRUCT(column, ...), got {self[index]}"
            )
        fields: dict[str, str] = {}
        for item in sql[2:-1].split(","):
            named = len(item) > 2 and item[-2].word == "AS"
            last = item[-1]
            is_path = all(i % 2 == 0 or token.word == "." for i, token in enumerate(item))
            is_name = not (last.literal or last.nesting) and (named or is_path)
            if not is_name or last.name in fields:
                raise InvalidQueryError(
                    f"ML.{self.function}: every field of the STRUCT needs a name of its own"
                )
            fields[last.name] = (item[:-2] if named else item).text
        if not 1 <= len(fields) <= _MOST_FEATURES:
            raise InvalidQueryError(f"ML.{self.function} takes 1 to {_MOST_FEATURES} features")
        return fields

    def _shown(self, index: int) -> str:
        return self[index] if index < len(self) else ""
