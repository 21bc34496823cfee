"""Runs the cases against any server: `python -m tests.conformance --url http://host:8501`.

First publish the models: `python -m tests.conformance --write-models FOLDER` writes `kit` and
`kit_iris` below FOLDER. serve_app serves them with `--root FOLDER`, TensorFlow Serving with
`--model_config_file` (base paths FOLDER/kit and FOLDER/kit_iris, platform tensorflow).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.conformance.case import GrpcCase, RestCase, Result
from tests.conformance.cases import ALL
from tests.conformance.report import as_json, as_markdown, table


def main() -> int:
    """Runs what the command line asks for; returns 1 if a case differs."""
    options = _options()
    if options.write_models:
        from tests.conformance.models import write_models

        write_models(options.write_models)
        return 0
    results = run(options.url, options.grpc, options.group)
    for path, text in (
        (options.json, as_json(results, options.url, options.grpc)),
        (options.markdown, as_markdown(results)),
    ):
        if path:
            path.write_text(text, encoding="utf-8")
    sys.stdout.write(table(results) + "\n")
    return 0 if results and all(result.passed for result in results) else 1


def run(url: str, grpc_target: str | None, groups: list[str] | None = None) -> list[Result]:
    """Returns how every case went; those of gRPC only where there is a target."""
    wanted = [case for case in ALL if not groups or case.group in groups]
    from tests.conformance.rest import run_rest

    results = [run_rest(case, url) for case in wanted if isinstance(case, RestCase)]
    if grpc_target:
        import grpc

        from tests.conformance.rpc import run_grpc

        with grpc.insecure_channel(grpc_target) as channel:
            results += [run_grpc(case, channel) for case in wanted if isinstance(case, GrpcCase)]
    return results


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("--url", help="base URL of REST, for example http://127.0.0.1:8501")
    parser.add_argument("--grpc", metavar="HOST:PORT", help="gRPC target; without it REST only")
    parser.add_argument("--group", action="append", help="only this group; repeatable")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every result as JSON")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the result page")
    parser.add_argument("--write-models", type=Path, metavar="FOLDER", help="write the models")
    options = parser.parse_args()
    if not options.url and not options.write_models:
        parser.error("--url or --write-models is needed")
    return options


if __name__ == "__main__":
    sys.exit(main())
