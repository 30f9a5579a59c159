"""The rules of the house that a machine can count."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
ROOMS = ("guarantee",)


def tracked(*patterns: str) -> list[Path]:
    """Files of the work tree that are, or are about to be, in git."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT, capture_output=True, check=True, text=True,
    ).stdout  # fmt: skip
    return [ROOT / name for name in sorted(listed.split("\0")) if name and (ROOT / name).is_file()]


def ours() -> list[Path]:
    """Our own Python, without what Django writes."""
    return [file for file in tracked("*.py") if "migrations" not in file.parts]


def texts() -> Iterator[tuple[Path, str]]:
    """Every tracked text file but this one, which has to name what it forbids."""
    for file in tracked():
        if file != Path(__file__):
            try:
                yield file, file.read_text("utf-8")
            except UnicodeDecodeError:
                continue


def lines_with(pattern: str) -> list[str]:
    """Where a pattern occurs, as path:line."""
    return [
        f"{file.relative_to(ROOT)}:{text.count(chr(10), 0, found.start()) + 1}: {found.group()}"
        for file, text in texts()
        for found in re.finditer(pattern, text)
    ]


def test_no_file_is_longer_than_400_lines() -> None:
    """A longer one becomes a package of the same name, one module per noun."""
    sizes = {str(file.relative_to(ROOT)): file.read_text("utf-8").count("\n") for file in ours()}
    assert {name: size for name, size in sizes.items() if size > LONGEST_FILE} == {}


def test_no_function_is_longer_than_60_lines() -> None:
    """The tail of long functions is what makes mud."""
    functions = (
        (f"{file.relative_to(ROOT)}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1)
        for file in ours()
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert {name: size for name, size in functions if size > LONGEST_FUNCTION} == {}


def test_every_module_opens_with_a_sentence() -> None:
    """It says what the module is for; an empty __init__ says nothing and needs nothing."""
    silent = [
        str(file.relative_to(ROOT))
        for file in ours()
        if (text := file.read_text("utf-8")).strip() and not ast.get_docstring(ast.parse(text))
    ]
    assert silent == []


def test_nothing_is_left_to_do() -> None:
    assert lines_with(r"(?:#|//|/\*|<!--)\s*(?:TODO|FIXME|XXX)\b") == []


def test_no_module_is_called_helper() -> None:
    """A name that says nothing gathers everything."""
    names = {"util", "utils", "common", "helper", "helpers", "misc"}
    assert [str(file.relative_to(ROOT)) for file in ours() if names & {file.stem, *file.relative_to(ROOT).parts}] == []


def test_no_registry_and_no_path_of_one_machine_is_written_down() -> None:
    hosts = (
        r"registry\.npmjs\.org|registry\.yarnpkg\.com|\bpypi\.org|pythonhosted\.org|deb\.debian\.org|nodesource\.com"
    )
    paths = r"(?<![\w./])/(?:work|root|home/\w+)/\w+|\.\./shared\b"
    assert lines_with(f"{hosts}|{paths}") == []


def test_nothing_generated_is_in_git() -> None:
    kept = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\n")
    generated = re.compile(r"\.(mo|pyc|sqlite3|log)$|(^|/)(node_modules|__pycache__|var|built|\.venv)/")
    assert [name for name in kept if generated.search(name)] == []


def test_every_requirement_says_why_it_is_there() -> None:
    """Each stands on a line of its own in pyproject.toml, with its reason."""
    lines = (ROOT / "pyproject.toml").read_text("utf-8").split("\n")
    project = tomllib.loads("\n".join(lines))
    groups = project["dependency-groups"].values()
    wanted = [*project["project"]["dependencies"], *(name for group in groups for name in group)]
    silent = [name for name in wanted if not any(re.match(rf'\s*"{re.escape(name)}",\s+# \w', line) for line in lines)]
    assert silent == []


@pytest.mark.parametrize(
    ("lock", "groups"), [("requirements.txt", ["build"]), ("requirements-dev.txt", ["build", "dev"])]
)
def test_every_requirement_is_locked(lock: str, groups: list[str]) -> None:
    """script/lock was run after the last change of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = list(project["project"]["dependencies"])
    for group in groups:
        wanted += project["dependency-groups"][group]
    locked = set(re.findall(r"^([a-z0-9.-]+)(?:\[[\w,]+\])?==", (ROOT / lock).read_text("utf-8"), re.MULTILINE))
    names = {re.sub("[._]", "-", re.split(r"[\[<>=]", name)[0].lower()) for name in wanted}
    assert names - locked == set()


def test_every_script_can_be_run() -> None:
    scripts = [file for file in tracked("script/*", ".ci/run") if file.read_bytes().startswith(b"#!")]
    assert [file.name for file in scripts if not os.access(file, os.X_OK)] == []


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_what_it_owns(room: str) -> None:
    assert (ROOT / "src" / "baohou" / room / "README.md").is_file()


def test_links_between_our_pages_lead_somewhere() -> None:
    """Pictures and pages that README and docs/ point to are there."""
    dead = [
        f"{page.relative_to(ROOT)} → {target}"
        for page in tracked("*.md")
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
        if not re.match(r"\w+:", target) and not (page.parent / target).exists()
    ]
    assert dead == []
