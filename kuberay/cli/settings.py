"""`settings`: list the keys of a deploy file, and the values that one has."""

from __future__ import annotations

from dataclasses import asdict

import click

from foundation.cli.options import json_option
from foundation.cli.output import write_document


@click.command()
@json_option
def settings(*, as_json: bool) -> None:
    """List every key of a deploy file with what it does and the value that it has by itself."""
    from kuberay.settings.load import known_keys

    keys = list(known_keys())
    if as_json:
        write_document({"settings": [asdict(key) for key in keys]})
        return
    width = max(len(key.key) for key in keys)
    for key in keys:
        shown = f"  [{key.default}]" if key.default else ""
        click.echo(f"{key.key:<{width}}  {key.help}{shown}")
