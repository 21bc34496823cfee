"""The command line of serve_app: `bqml-serve`, or `python -m serve_app`."""

from __future__ import annotations

import click

from foundation.cli.failure import Frame
from foundation.cli.group import LazyCommand, LazyGroup, run

FRAME = Frame(
    program="bqml-serve",
    package="serve_app",
    install="make serve, or pip install '.[serve]' in the project",
)
COMMANDS = {
    "config": LazyCommand("serve_app.cli.config:config", "Look at the settings."),
    "serve": LazyCommand(
        "serve_app.cli.serve:serve",
        "Serve the model repository with TensorFlow Serving's API, on an...",
    ),
}


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    frame=FRAME,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
def cli() -> None:
    """Serve BigQuery ML exports on Ray Serve, as TensorFlow Serving would."""


def main() -> None:
    run(cli, FRAME)


if __name__ == "__main__":
    main()
