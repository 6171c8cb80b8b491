"""The command ``strokebook``: every group of commands, and errors as one sentence."""

from __future__ import annotations

import sys

from strokebook.base.errors import StrokebookError
from strokebook.base.signals import INTERRUPTED, Ending, answered_like_ctrl_c
from strokebook.cli import curate, draw, evaluate, interchange, learn, look, retry, run, trash
from strokebook.cli.app import app
from strokebook.cli.console import WRONG_USE, err

# Importing a group puts its commands into the app.
COMMANDS = (run, retry, look, curate, learn, evaluate, draw, interchange, trash)


def main() -> None:
    """Run the command line; errors become one sentence and an exit code."""
    with answered_like_ctrl_c() as ending:
        try:
            app()
        except StrokebookError as error:
            err.print(f"strokebook: {error}", markup=False, soft_wrap=True)
            sys.exit(WRONG_USE)
        except SystemExit as end:
            # typer answers KeyboardInterrupt itself, with this code and without a word.
            if end.code == INTERRUPTED:
                _stopped(ending)
            raise
        except KeyboardInterrupt:
            _stopped(ending)
        except BrokenPipeError:
            sys.stderr.close()  # the reader (head, less) has seen enough
            sys.exit(0)


def _stopped(ending: Ending) -> None:
    err.print("Stopped. What was done is kept; run the command again to go on.")
    sys.exit(ending.exit_code)
