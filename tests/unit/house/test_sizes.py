"""Guards of the shape of the code: small functions, small modules, and what the window must never do."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LONGEST_MODULE, LONGEST_CLASS, LONGEST_FUNCTION = 400, 250, 40
BLOCKING = {"exec", "exec_", "processEvents", "waitForFinished"}
ITEM_WIDGETS = {"QTableWidget", "QListWidget", "QTreeWidget"}
# The application's own start, and the demo's, are where Qt's event loop runs.
STARTS = {"app/ui/application.py", "app/ui/demo.py"}


def modules(*folders: str) -> Iterator[tuple[str, str, ast.Module]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            yield path.relative_to(ROOT).as_posix(), text, ast.parse(text)


def length(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> int:
    """Lines of a definition without its docstring."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return lines - ((first.end_lineno or first.lineno) - first.lineno + 1 if documented else 0)


def too_long(limit: int, *kinds: type[ast.AST]) -> list[str]:
    return [
        f"{name}:{node.lineno} {node.name} has {length(node)} lines"
        for name, _, tree in modules("app", "packaging")
        for node in ast.walk(tree)
        if isinstance(node, kinds)
        and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and length(node) > limit
    ]


def test_that_no_module_is_longer_than_400_lines() -> None:
    lengths = {name: text.count("\n") for name, text, _ in modules("app", "packaging")}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_that_no_class_is_longer_than_250_lines() -> None:
    assert too_long(LONGEST_CLASS, ast.ClassDef) == []


def test_that_no_function_is_longer_than_40_lines() -> None:
    assert too_long(LONGEST_FUNCTION, ast.FunctionDef, ast.AsyncFunctionDef) == []


def test_that_the_window_never_blocks_and_never_pumps() -> None:
    found = [
        f"{name}:{node.lineno} {node.func.attr}()"
        for name, _, tree in modules("app/ui")
        if name not in STARTS
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in BLOCKING
    ]
    assert not found, "\n".join(found)


def test_that_data_is_shown_through_models() -> None:
    found = [
        f"{name}:{node.lineno} {node.id}"
        for name, _, tree in modules("app/ui")
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id in ITEM_WIDGETS
    ]
    assert not found, "\n".join(found)


def test_that_signals_are_connected_to_methods() -> None:
    """PySide keeps what a lambda holds alive for ever."""
    found = [
        f"{name}:{node.lineno} connect({type(argument).__name__.lower()})"
        for name, _, tree in modules("app/ui")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "connect"
        for argument in node.args
        if isinstance(argument, ast.Lambda) or (isinstance(argument, ast.Call) and "partial" in ast.dump(argument.func))
    ]
    assert not found, "\n".join(found)
