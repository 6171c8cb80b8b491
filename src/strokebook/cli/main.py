"""The command ``strokebook``: every group of commands, and errors as one sentence."""

from __future__ import annotations

import sys

from strokebook.base.errors import StrokebookError
from strokebook.cli import curate, draw, evaluate, interchange, learn, look, run, trash
from strokebook.cli.app import app
from strokebook.cli.console import WRONG_USE, err

# Importing a group puts its commands into the app.
COMMANDS = (run, look, curate, learn, evaluate, draw, interchange, trash)


def main() -> None:
    """Run the command line; errors become one sentence and an exit code."""
    try:
        app()
    except StrokebookError as error:
        err.print(f"strokebook: {error}", markup=False, soft_wrap=True)
        sys.exit(WRONG_USE)
    except KeyboardInterrupt:
        err.print("Stopped. What was done is kept; run the command again to go on.")
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # the reader (head, less) has seen enough
        sys.exit(0)
