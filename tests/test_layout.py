"""The shape of the package: imports of the compiled modules, one implementation at a time, public names."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import framewire
import framewire.aio
import framewire.blocking
import framewire.kits
import framewire.redis

ROOT = Path(__file__).parent.parent
SOURCE = Path(framewire.__file__).parent
NATIVE = SOURCE / "_native"


# -- imports ----------------------------------------------------------------------------------------------------------


def module_name(path: Path) -> str:
    """The dotted name of a source file of the package."""
    return ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__")


FILES = {module_name(path): path for path in SOURCE.rglob("*.py")}


def imported_by(path: Path) -> set[str]:
    """The modules of ours that a file imports, wherever in it: below `TYPE_CHECKING` and inside functions too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: a relative import"
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return {module for name in names if (module := nearest_module(name)) and module != module_name(path)}


def nearest_module(name: str) -> str:
    """The module that `name` is, or is in; empty where it is none of ours."""
    while name and name not in FILES:
        name = name.rpartition(".")[0]
    return name


def test_no_files_import_one_another_in_a_circle() -> None:
    """A package whose `__init__` only re-exports is no part of it, and a file in it does not import it."""
    graph = {
        name: {other for other in imported_by(path) if not name.startswith(other + ".")} for name, path in FILES.items()
    }
    for name in re_exporting():
        del graph[name]
    try:
        tuple(TopologicalSorter({name: others & graph.keys() for name, others in graph.items()}).static_order())
    except CycleError as error:
        pytest.fail(f"imported in a circle: {' -> '.join(error.args[1])}")


def re_exporting() -> list[str]:
    """The packages whose `__init__` gives out names of modules in it."""
    packages = [name for name, path in FILES.items() if path.name == "__init__.py"]
    return [name for name in packages if any(map(imports_ours, ast.parse(FILES[name].read_text()).body))]


def imports_ours(statement: ast.stmt) -> bool:
    """Whether a statement of a module, or of its `if TYPE_CHECKING`, imports something of this package."""
    inner = statement.body if isinstance(statement, ast.If) else [statement]
    return any(isinstance(node, ast.ImportFrom) and str(node.module).startswith("framewire") for node in inner)


def test_nobody_inside_imports_what_only_re_exports() -> None:
    users = {
        (name, other)
        for name, path in FILES.items()
        for other in imported_by(path) & set(re_exporting())
        if (name, other) not in ALLOWED_RE_EXPORTS
    }
    assert not users, users


ALLOWED_RE_EXPORTS = {
    ("framewire._impl", "framewire"),  # `from framewire import _pickles`, which hides a module from pickles
    ("framewire.cli.serve", "framewire"),  # `implementation`
    ("framewire.redis.compat", "framewire.redis.compat.asyncio"),  # `redis.asyncio.Redis`
    *(
        (f"framewire.redis.compat{way}", f"framewire.redis.compat{way}.{name}")  # `redis.cluster.ClusterNode`
        for way in ("", ".asyncio")
        for name in ("cluster", "sentinel")
    ),
}


def linter_layers() -> list[list[list[str]]]:
    """The layers that import-linter is given, the highest first; each is the names that share it."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    contracts = [contract for contract in settings["contracts"] if contract["type"] == "layers"]
    return [
        [[f"{place}{name.strip()}" for name in layer.split("|")] for layer in contract["layers"]]
        for contract in contracts
        for place in [f"{container}." for container in contract.get("containers", [])] or [""]
    ]


def layer_of(module: str, layers: list[list[str]]) -> tuple[int, str] | None:
    """The number of the layer that `module` is in, and the name there that it is, or is in."""
    for number, names in enumerate(layers):
        for name in names:
            if module == name or module.startswith(name + "."):
                return number, name
    return None


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.p[yx][xd]")), ids=lambda path: path.name)
def test_compiled_modules_import_only_what_is_below_them(path: Path) -> None:
    """import-linter reads only `.py`; this reads the `import` and `cimport` lines of `.pyx` and `.pxd`."""
    found = re.findall(r"^\s*(?:from\s+(\S+)\s+c?import|c?import\s+(\S+))", path.read_text(), re.MULTILINE)
    ours = {name for pair in found for name in pair if name.startswith(("framewire", "."))}
    for layers in linter_layers():
        mine = layer_of(module_name(path), layers)
        for other in ours:
            theirs = layer_of(other, layers)
            assert mine is None or theirs is None or theirs == mine or theirs[0] > mine[0], other
    assert not any(name.startswith(".") or name == "framewire" for name in ours), ours


def test_compiled_modules_are_named_like_the_plain_ones() -> None:
    """Who knows one twin finds the other; only `BytesMut` cannot share a file with the names of `buffer`."""
    plain = {path.stem for path in (SOURCE / "_pure").glob("*.py")}
    assert {path.stem for path in NATIVE.glob("*.pyx")} - plain == {"mutable"}
    assert {path.stem for path in NATIVE.glob("*.py")} <= plain


def test_the_environment_chooses_the_twins() -> None:
    environment = {**os.environ, "FRAMEWIRE_PURE": "1"}
    program = "import framewire, sys; print(framewire.implementation, 'framewire._native.resp' in sys.modules)"
    command = [sys.executable, "-c", program]
    output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert output.stdout.split() == ["pure", "False"]


PACKAGES = [framewire, framewire.aio, framewire.blocking, framewire.kits, framewire.redis]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_public_names_exist_are_sorted_and_documented(package: object) -> None:
    names = package.__all__  # type: ignore[attr-defined]
    assert sorted(names) == names
    for name in names:
        thing = getattr(package, name)
        if isinstance(thing, type) or callable(thing):
            assert thing.__doc__, name


def test_every_source_file_opens_with_what_belongs_in_it() -> None:
    for path in [*SOURCE.rglob("*.py"), *NATIVE.glob("*.p[yx][xd]")]:
        assert path.read_text().lstrip().startswith(('"""', 'r"""', "#")), path


@pytest.mark.parametrize(("imports", "unwanted"), [
    ("framewire, framewire.codecs.resp", ["asyncio", "socket", "ssl", "selectors"]),
    ("framewire.redis.facts", ["asyncio", "socket", "framewire.redis.server"]),
    ("framewire.redis", ["asyncio", "socket", "framewire.redis.server"]),
])  # fmt: skip
def test_what_an_import_does_not_load(imports: str, unwanted: list[str]) -> None:
    program = f"import sys, {imports}\nprint(*[name for name in {unwanted} if name in sys.modules])"
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert output.stdout.strip() == ""


@pytest.mark.parametrize("name", framewire.redis.__all__)
def test_without_its_extra_the_server_says_what_to_install(name: str) -> None:
    program = f"import sys; sys.modules['sortedcontainers'] = None\nimport framewire.redis\nframewire.redis.{name}"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    if name == "Config" or ".client." in framewire.redis._HOMES[name]:
        assert ended.returncode == 0  # they need nothing
    else:
        assert "ModuleNotFoundError: Mini-Redis needs sortedcontainers: pip install 'framewire[server]'" in ended.stderr


# -- sizes ------------------------------------------------------------------------------------------------------------


def test_no_folder_outgrows_the_others() -> None:
    """At most thirty modules in a folder, and a sixth of all lines, those of its sub-folders counted for themselves."""
    sources = [path for path in SOURCE.rglob("*.p*") if path.suffix in (".py", ".pyx", ".pxd")]
    lines = Counter[Path]()
    for path in sources:
        lines[path.parent] += len(path.read_text().splitlines())
    modules = Counter(path.parent for path in sources if path.suffix != ".pxd" and path.name != "__init__.py")
    assert max(modules.values()) <= 30, modules.most_common(1)
    assert max(lines.values()) <= sum(lines.values()) / 6, lines.most_common(1)
