"""The house's own rules: direction of imports, size of modules and functions, words not used."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted(path for folder in ("geo", "layers", "webapp") for path in (ROOT / folder).rglob("*.py"))
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}
ALLOWED = {"geo": {"geo"}, "layers": {"geo", "layers"}, "webapp": {"geo", "layers", "webapp"}}
OURS = set(ALLOWED)
LONGEST_MODULE, LONGEST_FUNCTION, LONGEST_VIEW, LONGEST_SCRIPT = 300, 30, 12, 200
UNUSED_WORDS = re.compile(r"manager|helper|utils?$|service$|processor|^info$|^misc$", re.I)


def imported(tree: ast.AST) -> set[str]:
    """Every module that a module imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_imports_run_one_way(path: Path) -> None:
    layer = path.relative_to(ROOT).parts[0]
    tops = {module.split(".")[0] for module in imported(TREES[path])}
    assert tops & OURS <= ALLOWED[layer]
    if layer != "webapp":
        assert not tops & {"flask", "flask_babel", "werkzeug"}, "only webapp/ knows the web"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_the_web_layer_knows_clock_and_request(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    if path.relative_to(ROOT).parts[0] != "webapp":
        assert not re.search(r"(?<!func)\.(today|now)\(\)|time\.time\(", source), "the day is an argument"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_modules_and_functions_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE, "split by what it is for"
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            assert lines <= LONGEST_FUNCTION, f"{node.name} has {lines} lines"
            routed = any("get(" in ast.unparse(d) or "post(" in ast.unparse(d) for d in node.decorator_list)
            if routed and "views" in path.parts:
                assert lines <= LONGEST_VIEW + 4, f"the view {node.name} has {lines} lines"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_opens_with_one_sentence(path: Path) -> None:
    doc = ast.get_docstring(TREES[path])
    assert doc, "say what the module is for"
    assert not UNUSED_WORDS.search(path.stem)


def test_no_module_needs_itself() -> None:
    """Modules that import one another work only in the order in which somebody happens to import them first."""
    names = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in MODULES}
    known = set(names.values())
    needs = {names[path]: _at_the_top(TREES[path], known) & known for path in MODULES}
    while free := [module for module, needed in needs.items() if not needed & set(needs)]:
        for module in free:
            del needs[module]
    assert not needs, "each of these leads back to itself"


def _at_the_top(tree: ast.Module, known: set[str]) -> set[str]:
    """What a module needs before it is whole, `from package import module` told apart from names."""
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= whole & known or {node.module}
    return found


def test_scripts_stay_small_and_ask_no_other_host() -> None:
    for path in (ROOT / "static" / "js").glob("*.js"):
        source = path.read_text(encoding="utf-8")
        assert len(source.splitlines()) <= LONGEST_SCRIPT, path.name
        assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)", source), path.name


def test_filters_become_sql_in_one_place() -> None:
    used = [name(path) for path in MODULES if ".filter.where(" in path.read_text(encoding="utf-8")]
    assert used == ["layers/asking.py"]
    used = [name(path) for path in MODULES if ".filter.mask(" in path.read_text(encoding="utf-8")]
    assert used == ["layers/masks.py"]


def test_the_public_gate_is_one() -> None:
    pattern = re.compile(r"Status\.PUBLISHED")
    used = {name(path) for path in MODULES if pattern.search(path.read_text(encoding="utf-8"))}
    # publishing and the import write rows, the list of an office tells its states; none reads for the public
    assert used <= {"layers/public.py", "webapp/osm.py", "webapp/publishing.py", "webapp/listing.py"}
