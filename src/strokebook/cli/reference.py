"""``docs/commands.md``, made from the commands: ``python -m strokebook.cli.reference FILE``."""

from __future__ import annotations

import inspect
from pathlib import Path

import typer.main
from click import Command, Parameter

from strokebook.cli import main as groups  # noqa: F401 (their import registers the commands)
from strokebook.cli.app import app

HEAD = """\
# Commands

Made from the program by `python -m strokebook.cli.reference docs/commands.md`; a test fails when
this page and the program differ. Every command also has `--help`.

Exit codes: 0 done; 1 done, but some inputs were refused (each is named with reason and remedy);
2 wrong use, or nothing could be done (one sentence says why).
"""


def commands_markdown() -> str:
    """Every command with its help, arguments and options."""
    commands: dict[str, Command] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    return HEAD + "".join(_section(name, commands[name]) for name in sorted(commands))


def _section(name: str, command: Command) -> str:
    words = inspect.cleandoc(command.help or "")
    rows = "".join(_row(p) for p in command.params if p.name != "help")
    table = f"\n| | |\n| --- | --- |\n{rows}" if rows else ""
    return f"\n## strokebook {name}\n\n{words}\n{table}"


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
