"""What a newcomer may rely on: few modules a room, no circles, short functions, real words."""

from __future__ import annotations

import ast
import importlib
import re
from collections import defaultdict
from pathlib import Path

import grimp
import networkx as nx
import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = 20  # side by side in a folder
LINES = 60  # of a function
# Names that are the same thing in every room; a command and its stage may share one as well.
HABITS = {"__init__", "options"}


def test_no_folder_has_more_modules_than_one_can_overlook() -> None:
    counts = {
        folder: len([p for p in folder.glob("*.py") if p.name != "__init__.py"])
        for top in ("src", "tests", "benchmarks")
        for folder in (ROOT / top).rglob("*")
        if folder.is_dir()
    }
    assert {str(f): n for f, n in counts.items() if n > MODULES} == {}


def test_no_modules_import_each_other_in_a_circle() -> None:
    imports = grimp.build_graph("strokebook", exclude_type_checking_imports=True, cache_dir=None)
    graph = nx.DiGraph(
        (module, other)
        for module in imports.modules
        for other in imports.find_modules_directly_imported_by(module)
    )
    assert [sorted(c) for c in nx.strongly_connected_components(graph) if len(c) > 1] == []


def test_no_name_stands_for_two_things() -> None:
    files, classes = defaultdict(list), defaultdict(list)
    for path in (ROOT / "src" / "strokebook").rglob("*.py"):
        room = path.relative_to(ROOT / "src" / "strokebook").parts[:-1]
        if not set(room) & {"cli", "stages"} and path.stem not in HABITS:
            files[path.stem].append("/".join(room))
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                classes[node.name].append("/".join(room))
    twice = {
        name: rooms for named in (files, classes) for name, rooms in named.items() if rooms[1:]
    }
    assert twice == {}


def test_functions_are_short() -> None:
    long = {}
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                first = node.body[0]
                told = first.end_lineno or 0 if ast.get_docstring(node) else first.lineno - 1
                lines = (node.end_lineno or 0) - told
                name = f"{path.stem}.{node.name}"
                if lines > LINES:
                    long[name] = lines
    assert long == {}


GLOSSARY = re.findall(
    r"\| `([a-z_0-9.]+(?:\.\w+)?)` \|$",
    (ROOT / "docs" / "glossary.md").read_text("utf-8"),
    re.MULTILINE,
)


@pytest.mark.parametrize("name", GLOSSARY)
def test_the_glossary_names_what_is_there(name: str) -> None:
    module, _, attribute = f"strokebook.{name}".rpartition(".")
    try:
        importlib.import_module(f"{module}.{attribute}")
    except ModuleNotFoundError:
        assert hasattr(importlib.import_module(module), attribute), name


def test_the_glossary_has_its_terms() -> None:
    assert len(GLOSSARY) > 50
