"""script/bench mutants [--sample N] [--seed S] [--workers W]: how many small damages the pure tests notice.

Damaged are core/ and the rules, as cosmic-ray does it (another operator, another number, and for or, a condition turned
round, a loop not run); what changes only an annotation is none. Each is tried in a process of its own, forked from one
that has loaded the libraries, on the tests that meet no database; in random order, so that the first thousand tell of
all of them. Prints the score and every mutant that nothing noticed.
"""

from __future__ import annotations

import argparse
import ast
import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import ModuleType

from cosmic_ray.ast import get_ast
from cosmic_ray.mutating import MutationVisitor
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).resolve().parent.parent
SOURCES = (ROOT / "src/baohou/core", ROOT / "src/baohou/guarantee/rules")
NOT_OURS = ("Decorator", "Variable", "ExceptionReplacer")
"""Operators left out: they need arguments, or damage what Python itself refuses."""
WORLDS, RULES, CORE = "tests/guarantee/rules/test_columns_against_oracle.py", "tests/guarantee/rules", "tests/core"
LEFT_OUT = "not slowly and not a_world_is"
"""The oracle's own answers, and random worlds of which no two runs see the same."""
SECONDS, MEMORY = 240, 6 << 30
"""What the tests may take on one mutant; one that takes more is noticed."""
SETTINGS = """[pytest]
addopts = -q -x --tb=no --assert=plain -p no:django -p no:cacheprovider -p no:xdist -p no:tally
markers =
    clause(id): the clause that the test proves
    pure: meets no database
"""


@dataclass(frozen=True)
class Mutant:
    """One damage: where it is, what it does, and the source that results."""

    path: Path
    operator: str
    line: int
    was: str
    now: str
    source: str

    def __str__(self) -> str:
        place = f"{self.path.relative_to(ROOT)}:{self.line}"
        return f"{place}  {self.was.strip()}  →  {self.now.strip()}"


class Damaged(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives the damaged source for one module, as if it stood in its file."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        parts = mutant.path.relative_to(ROOT / "src").with_suffix("").parts
        self.package = parts[-1] == "__init__"
        self.name = ".".join(parts[:-1] if self.package else parts)

    def find_spec(self, name: str, *_: object) -> importlib.machinery.ModuleSpec | None:
        if name != self.name:
            return None
        folder = [str(self.mutant.path.parent)] if self.package else None
        spec = importlib.util.spec_from_loader(name, self, origin=str(self.mutant.path), is_package=self.package)
        if spec and folder:
            spec.submodule_search_locations = folder
        return spec

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.mutant.source, str(self.mutant.path), "exec"), module.__dict__)


class _Plain(ast.NodeTransformer):
    """A module without what does not run: annotations and docstrings."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        for argument in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
            argument.annotation = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)


def plain(source: str) -> str:
    return ast.dump(_Plain().visit(ast.parse(source)))


def mutants() -> Iterator[Mutant]:
    """Every mutant of every module."""
    operators = [get_operator(name) for name in sorted(operator_names()) if not any(n in name for n in NOT_OURS)]
    for folder in SOURCES:
        for path in sorted(folder.rglob("*.py")):
            source = path.read_text("utf-8")
            undamaged = plain(source)
            for operator in operators:
                yield from _of(path, source, undamaged, operator())


def _of(path: Path, source: str, undamaged: str, operator: object) -> Iterator[Mutant]:
    tree = get_ast(source)
    places = sum(len(list(operator.mutation_positions(node))) for node in _nodes(tree))
    for occurrence in range(places):
        damaged = MutationVisitor.mutate_code(source, operator, occurrence)
        if damaged is None or damaged == source or not _differs(damaged, undamaged):
            continue
        before, after = source.splitlines(), damaged.splitlines()
        line = next(n for n, (a, b) in enumerate(zip(before, after, strict=False), 1) if a != b)
        yield Mutant(path, type(operator).__name__, line, before[line - 1], after[line - 1], damaged)


def _differs(damaged: str, undamaged: str) -> bool:
    """Whether what runs is another program; what is no program at all (a bare * among parameters changed) is none."""
    try:
        return plain(damaged) != undamaged
    except SyntaxError:
        return False


def _nodes(node: object) -> Iterator[object]:
    yield node
    for child in getattr(node, "children", ()):
        yield from _nodes(child)


def begin(mutant: Mutant | None, settings: Path) -> int:
    """Start the tests on a mutant in a child of its own; those most likely to notice it run first."""
    in_core = mutant is not None and SOURCES[0] in mutant.path.parents
    tests = (CORE, WORLDS, RULES) if in_core else (WORLDS, RULES, CORE)
    child = os.fork()
    if child:
        return child
    os.setsid()
    _silence()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    status = 1
    try:
        if mutant is not None:
            sys.meta_path.insert(0, Damaged(mutant))
        status = int(sys.modules["pytest"].main(["-c", str(settings), "--rootdir", str(ROOT), "-k", LEFT_OUT, *tests]))
    finally:
        os._exit(status)


def judged(tried: list[Mutant], settings: Path, workers: int) -> Iterator[tuple[Mutant, bool]]:
    """Each mutant with whether the tests fail on it (or never end), as the answers come; ``workers`` at a time."""
    waiting = list(reversed(tried))
    running: dict[int, tuple[Mutant, float]] = {}
    while waiting or running:
        while waiting and len(running) < workers:
            mutant = waiting.pop()
            running[begin(mutant, settings)] = mutant, time.monotonic() + SECONDS
        for child, (mutant, end) in list(running.items()):
            done, status = os.waitpid(child, os.WNOHANG)
            late = not done and time.monotonic() > end
            if late:
                os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)
            if done or late:
                del running[child]
                yield mutant, late or os.waitstatus_to_exitcode(status) != 0
        time.sleep(0.02)


def _silence() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def _load() -> None:
    """Load what the tests load, but nothing of ours."""
    import hypothesis
    import numpy
    import polars
    import pytest

    assert all((hypothesis, numpy, polars, pytest))
    assert not any(name.startswith("baohou") for name in sys.modules), "the damaged module must be loaded afresh"


def main(*, sample: int | None, seed: int, workers: int) -> int:
    os.chdir(ROOT)
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    os.environ.update(POLARS_MAX_THREADS="1", BAOHOU_CROWDS="3", DJANGO_SETTINGS_MODULE="baohou.config.settings")
    os.environ.setdefault("BAOHOU_VAR", str(ROOT / "var"))
    _load()
    settings = ROOT / "var" / "mutants.ini"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text(SETTINGS)
    if os.waitstatus_to_exitcode(os.waitpid(begin(None, settings), 0)[1]):
        print("The tests fail on the undamaged source; mend that first.", file=sys.stderr)
        return 2
    every = list(mutants())
    tried = Random(seed).sample(every, min(sample or len(every), len(every)))
    print(f"{len(every):,} mutants, {len(tried):,} to try (seed {seed})", flush=True)
    numbers: dict[Path, list[int]] = defaultdict(lambda: [0, 0])
    for done, (mutant, noticed) in enumerate(judged(tried, settings, workers), 1):
        numbers[mutant.path][noticed] += 1
        if not noticed:
            print(f"  survived: {mutant}", flush=True)
        if done % 50 == 0:
            print(f"{done} of {len(tried)}: {_score(numbers)}", file=sys.stderr, flush=True)
    for path, (lived, killed) in sorted(numbers.items()):
        print(f"  {path.relative_to(ROOT)}: {killed} of {lived + killed} noticed")
    print(f"Mutation score {_score(numbers)}", flush=True)
    return 0


def _score(numbers: dict[Path, list[int]]) -> str:
    killed, tried = sum(one[1] for one in numbers.values()), sum(map(sum, numbers.values()))
    return f"{100 * killed / max(1, tried):.1f} % ({killed} of {tried} noticed)"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="script/bench mutants", description=__doc__)
    parser.add_argument("--sample", type=int, help="try only so many, chosen by --seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    sys.exit(main(sample=given.sample, seed=given.seed, workers=given.workers))
