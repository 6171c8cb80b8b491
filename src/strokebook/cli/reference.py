"""``docs/commands.md``, made from the commands: ``python -m strokebook.cli.reference FILE``."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer.main

from strokebook.cli import main as groups  # noqa: F401 (their import registers the commands)
from strokebook.cli.app import app, panel_of

HEAD = """\
# Commands

Made from the program by `python -m strokebook.cli.reference docs/commands.md`; a test fails when
this page and the program differ. Every command also has `--help`.

## Exit codes

| code | meaning |
| --- | --- |
| 0 | done |
| 1 | done, but some inputs were refused; each is named with reason and remedy |
| 2 | wrong use, or nothing could be done; one sentence says why |
| 70 | strokebook failed: our fault; the sentence names the file with the details |
| 74 | a disk or file could not be read or written (full, read-only, away), or the memory is full |
| 130 | stopped with Ctrl-C; what was done is kept |

A project's commands are logged in its `logs/strokebook.log` (a few files of 300 kB): commands,
stages, reasons of refusals, and the details of failures; never the name of a scan, nor its pixels.
A command without a project leaves a log only where it failed, in the folder for temporary files.

## Options before the command

`strokebook --quiet run`, say.

"""
# Typer's older versions use click's classes, its newer ones their own.
Command = Any
Parameter = Any
LEFT_OUT = ("help", "install_completion", "show_completion")


def commands_markdown() -> str:
    """The options of all commands, then every command with its help, arguments and options."""
    frame = typer.main.get_command(app)
    commands: dict[str, Command] = frame.commands  # type: ignore[attr-defined]
    return f"{HEAD}{_rows(frame)}{''.join(_panels(commands))}"


def _panels(commands: Mapping[str, Command]) -> Iterator[str]:
    """The commands as ``--help`` has them: panel by panel, in the order of the work."""
    panel = ""
    for name, command in commands.items():
        if panel_of(name) != panel:
            panel = panel_of(name)
            yield f"\n## {panel}\n"
        yield _section(name, command)


def _section(name: str, command: Command) -> str:
    words = inspect.cleandoc(command.help or "")
    rows = _rows(command)
    own = f"\n### strokebook {name}\n\n{words}\n" + (f"\n{rows}" if rows else "")
    below: Mapping[str, Command] = getattr(command, "commands", {})
    return own + "".join(_section(f"{name} {part}", below[part]) for part in below)


def _rows(command: Command) -> str:
    rows = "".join(_row(p) for p in command.params if p.name not in LEFT_OUT)
    return f"| | |\n| --- | --- |\n{rows}" if rows else ""


def _row(parameter: Parameter) -> str:
    if parameter.param_type_name == "argument":
        name = (parameter.name or "").upper()
    else:
        name = ", ".join((*parameter.opts, *parameter.secondary_opts))
    text = str(getattr(parameter, "help", "") or "").replace("|", "\\|")
    return f"| `{name}` | {text} |\n"


if __name__ == "__main__":
    import sys

    from strokebook.base.files import write_text

    write_text(Path(sys.argv[1]), commands_markdown())
