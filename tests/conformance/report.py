"""The results as a table for people, as JSON, and as the page of the documentation."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from tests.conformance.case import Result


def by_group(results: Iterable[Result]) -> dict[str, list[Result]]:
    """Returns the results by group, in order."""
    groups: dict[str, list[Result]] = {}
    for result in results:
        groups.setdefault(result.group, []).append(result)
    return groups


def table(results: Sequence[Result]) -> str:
    """Returns one line per group, and one per difference."""
    lines = [f"{'group':24}  passed  cases"]
    for group, found in by_group(results).items():
        lines.append(f"{group:24}  {_passed(found):6}  {len(found):5}")
        lines += [f"    {one.name}: {one.difference}" for one in found if not one.passed]
    lines.append(f"{'all':24}  {_passed(results):6}  {len(results):5}")
    return "\n".join(lines)


def as_json(results: Sequence[Result], url: str, grpc: str | None) -> str:
    """Returns every result, for machines."""
    cases = [
        {"group": r.group, "case": r.name, "passed": r.passed, "difference": r.difference}
        for r in results
    ]
    totals = {"passed": _passed(results), "cases": len(results)}
    return json.dumps({"url": url, "grpc": grpc, **totals, "results": cases}, indent=1)


def as_markdown(results: Sequence[Result]) -> str:
    """Returns the page of the documentation: groups, and every case by name."""
    lines = [
        "# Conformance with TensorFlow Serving",
        "",
        "Written by `python -m tests.conformance --markdown`, from a run against this service. The",
        "same kit runs against a real TensorFlow Serving: see `tests/conformance/`.",
        "",
        "| Group | Passed | Cases |",
        "| --- | ---: | ---: |",
    ]
    groups = by_group(results)
    lines += [f"| {name} | {_passed(found)} | {len(found)} |" for name, found in groups.items()]
    lines += [f"| **all** | {_passed(results)} | {len(results)} |", "", "## Cases", ""]
    for name, found in groups.items():
        lines += [f"### {name}", ""]
        lines += [f"- {'✓' if one.passed else '✗'} {one.name}{_why(one)}" for one in found]
        lines.append("")
    return "\n".join(lines)


def _why(result: Result) -> str:
    return "" if result.passed else f": {result.difference}"


def _passed(results: Iterable[Result]) -> int:
    return sum(result.passed for result in results)
