"""Finds every template of a sentence that errors and explanations say: Chinese, with values, translated at the doors."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.desk.messages import SOURCE

TERMINAL = (
    "config/accounts.py",
    "config/command",
    "config/demo",
    "upkeep/copies",
    "upkeep/migrating.py",
    "kernel/audit/heads.py",
)
"""What only a terminal says, and that speaks Chinese."""
MAKERS = ("core/errors.py", "core/sayings.py")
"""Where sentences are put together from what they are given."""
_AT = {"Refused": 1, "__init__": 1, "say": 0, "say_many": 0, "Node": 0}
"""Which argument of a call is the sentence; ``__init__`` is that of a kind of refusal."""


def calls(file: Path) -> Iterator[tuple[ast.Call, ast.expr]]:
    """The calls that make a sentence, each with the expression of its template."""
    tree = ast.parse(file.read_text())
    refusals = {
        node
        for kind in ast.walk(tree)
        if isinstance(kind, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id == "Refused" for base in kind.bases)
        for node in ast.walk(kind)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name == "__init__" and node not in refusals:
            continue
        if name in _AT and len(node.args) > _AT[name]:
            yield node, node.args[_AT[name]]


def sources() -> Iterator[Path]:
    """The files whose sentences are said on pages and by the API."""
    for file in sorted(SOURCE.rglob("*.py")):
        if not file.relative_to(SOURCE).as_posix().startswith((*TERMINAL, *MAKERS)):
            yield file


def in_sayings() -> Iterator[str]:
    """Every template that is written as a literal."""
    for file in sources():
        for _, said in calls(file):
            for one in (said.body, said.orelse) if isinstance(said, ast.IfExp) else (said,):
                if isinstance(one, ast.Constant) and isinstance(one.value, str):
                    yield one.value
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.keyword) and node.arg == "what" and isinstance(node.value, ast.Constant):
                yield str(node.value.value)


def of_the_api() -> Iterator[str]:
    """The usual sentences of the API."""
    from baohou.kernel.api import errors, faults

    yield from (sentence for _, sentence in errors.SENTENCES.values())
    yield from (*faults.SENTENCES.values(), *faults.PATTERNS.values(), faults.A_FILE, faults.OTHERWISE)
    for node in ast.walk(ast.parse((SOURCE / "kernel/api/schemas.py").read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ValueError":
            yield str(ast.literal_eval(node.args[0]))


def of_the_rules() -> Iterator[str]:
    """What parameters and robots are called, and how sentences are joined."""
    from baohou.core.sayings import ALSO, AND, FURTHER, OR, THEN
    from baohou.guarantee.rules.parameters import SPECS
    from baohou.kernel.notices.channels.robots import DINGTALK, FEISHU, WECOM
    from baohou.kernel.rulebook.drafts import UNITS

    yield from (AND, THEN, FURTHER, OR, ALSO)
    yield from (unit for kind, unit in UNITS.items() if kind != "day_of_month")
    yield from (spec.title for spec in SPECS)
    yield from (robot.name for robot in (WECOM, DINGTALK, FEISHU))
