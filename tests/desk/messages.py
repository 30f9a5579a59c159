"""Finds every sentence of the window that has to be said in two languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parents[2] / "src" / "baohou"
ASKS = {"_": 1, "_now": 1, "gettext": 1, "gettext_lazy": 1, "ngettext": 2}
_SAID = re.compile(r"\b(?:gettext|ngettext|_)\((u?'(?:[^'\\]|\\.)*'|u?\"(?:[^\"\\]|\\.)*\"|u?'''.*?''')", re.S)


def in_python() -> Iterator[str]:
    """Texts given to gettext and its kin as literals."""
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ASKS:
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value


def in_templates() -> Iterator[str]:
    """Texts of translate and blocktranslate tags; of a counted one the singular."""
    for file in SOURCE.rglob("templates/**/*.html"):
        if "exports" in file.parts or "papers" in file.parts:
            continue
        for found in _SAID.finditer(templatize(file.read_text())):
            yield ast.literal_eval(found.group(1))


def of_the_domain() -> Iterator[str]:
    """Words that the domain itself knows, and pages translate by the filter `word` or by gettext."""
    from baohou.day.jobs.kinds import kinds
    from baohou.day.models import JobState
    from baohou.day.registry import steps
    from baohou.guarantee.imports import KINDS
    from baohou.guarantee.imports.jobs import MARKING
    from baohou.guarantee.rules.appointments import Channel
    from baohou.guarantee.rules.matters import METHODS, NOT_SIGNED, asked_of
    from baohou.guarantee.rules.words import (
        Dimension,
        DutyKind,
        DutyState,
        FilingKind,
        FilingVerb,
        Grade,
        Medium,
        Urgency,
        VisitKind,
    )
    from baohou.guarantee.services.moving import HANDS_OVER, TAKES_OVER, WATCHES
    from baohou.kernel.accountability.booking import reasons
    from baohou.kernel.accountability.models import EntryKind, Verdict
    from baohou.kernel.approvals.kinds import every as checked_kinds
    from baohou.kernel.approvals.models import State as CheckState
    from baohou.kernel.notices.kinds import every as notice_kinds
    from baohou.kernel.outbox.models import State
    from baohou.kernel.papers.reading.table import OPENING, READING
    from baohou.kernel.papers.records.kinds import list_kinds
    from baohou.kernel.papers.taking.take import CHECKING, COMPARING, REMOVING, WRITING
    from baohou.kernel.parties.industries import Industry
    from baohou.kernel.parties.models import Role
    from baohou.kernel.people.models import Post

    for words in (Grade, VisitKind, Urgency, FilingKind, FilingVerb, DutyKind, DutyState, Dimension, Medium, Channel):
        yield from (word.zh for word in words)
    yield from (matter.zh for kind in VisitKind for matter in asked_of(kind))
    yield from (method.zh for method in METHODS)
    yield NOT_SIGNED.zh
    yield from (kind.title for kind in list_kinds())
    yield from Post.labels
    yield from Role.labels
    yield from State.labels
    yield from (kind.title for kind in checked_kinds())
    yield from CheckState.labels
    yield from (kind.title for kind in notice_kinds())
    yield from Industry.labels
    yield from EntryKind.labels
    yield from reasons()
    yield from (HANDS_OVER, TAKES_OVER, WATCHES)
    yield from Verdict.labels
    yield from (step.title for step in steps())
    yield from JobState.labels
    yield from (kind.title for kind in kinds())
    yield from (OPENING, READING, CHECKING, COMPARING, WRITING, REMOVING, MARKING)
    for noun in KINDS.values():
        yield noun.title
        yield from (column.header for column in noun.columns)


def told() -> Iterator[str]:
    """What the day's steps tell about their progress."""
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "progress":
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value


@cache
def every_message() -> set[str]:
    """All of them."""
    from tests.desk.sayings import in_sayings, of_the_api, of_the_rules

    every = (in_python, in_templates, of_the_domain, told, in_sayings, of_the_api, of_the_rules)
    return {text for source in every for text in source()}
