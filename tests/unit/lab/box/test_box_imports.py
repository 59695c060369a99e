"""The box folder is copied into switches that have nothing but Python."""

import ast
import sys
from pathlib import Path

import pytest

import railwright.lab.box as box_package

MODULES = sorted(Path(next(iter(box_package.__path__))).glob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_box_module_needs_only_the_standard_library_and_its_neighbours(path: Path) -> None:
    neighbours = {module.stem for module in MODULES}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = {alias.name.partition(".")[0] for alias in node.names}
            assert names <= sys.stdlib_module_names, f"line {node.lineno}"
        elif isinstance(node, ast.ImportFrom) and node.level:
            found = {node.module} if node.module else {alias.name for alias in node.names}
            assert node.level == 1, f"line {node.lineno}"
            assert found <= neighbours, f"line {node.lineno}"
        elif isinstance(node, ast.ImportFrom):
            name = str(node.module).partition(".")[0]
            assert name in sys.stdlib_module_names, f"line {node.lineno}"
