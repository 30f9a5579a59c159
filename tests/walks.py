"""What the walks through pages and through the API share: undoing, noting what is written, and their tables."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.db import transaction
from django.template import Template

from baohou.day.jobs import launching
from baohou.kernel.papers.printing import pdf
from baohou.kernel.people.models import Post

REWRITE = bool(os.environ.get("BAOHOU_REWRITE_ACCESS"))
"""Write the tables anew from what is, instead of comparing: for whoever merges, who then reads the difference."""
POSTS: Mapping[str, Post] = {
    **dict.fromkeys("ABOD", Post.PROJECT_MANAGER),
    **dict.fromkeys("MEW", Post.DEPARTMENT_MANAGER),
    "S": Post.RISK_SUPERVISOR,
    "R": Post.RISK_MANAGER,
    "G": Post.GENERAL_MANAGER,
    "X": Post.ADMIN,
    "U": Post.AUDITOR,
    "C": Post.CLERK,
}


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens within has not happened afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    caches["process"].clear()


class Writes:
    """Notes which tables are written, but for some."""

    _WRITE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)', re.I)

    def __init__(self, *besides: str) -> None:
        self.tables: set[str] = set()
        self._besides = besides

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        found = self._WRITE.match(sql)
        if found and found[1] not in self._besides:
            self.tables.add(found[1])
        return execute(sql, params, many, context)


class _Paper:
    """A document laid out in no time: what a PDF looks like is another test's matter."""

    pages: tuple[str, ...] = ()
    fonts = {"1": type("Font", (), {"family": "SimSun"})}

    def __init__(self, **_: Any) -> None:
        pass

    def render(self, **_: Any) -> _Paper:
        return self

    def copy(self, _: Any) -> _Paper:
        return self

    def write_pdf(self, out: Any) -> None:
        out.write(b"%PDF-")


def _plainly(template: Template, context: Any) -> Any:
    """Render without keeping the context for the test, which takes longer than rendering."""
    return template.nodelist.render(context)


def go_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lay out no paper, start no other process, keep no context, log no refusal: a walk asks thousands of times."""
    monkeypatch.setattr(pdf, "HTML", _Paper)
    monkeypatch.setattr(launching, "launch", lambda pk: None)
    monkeypatch.setattr(Template, "_render", _plainly)
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)


def text_of(answer: Any) -> str:
    """What an answer says; of a workbook, what stands in its parts; of JSON, its words and not their numbers."""
    body = answer.getvalue() if answer.streaming else answer.content
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            return "".join(book.read(name).decode("utf-8", "ignore") for name in book.namelist())
    if body and answer.headers.get("Content-Type", "").startswith("application/json"):
        return json.dumps(json.loads(body), ensure_ascii=False)
    return str(body.decode("utf-8", "ignore"))


@dataclass(frozen=True)
class Table:
    """A table of who gets in: each line two words and a mark for everyone, below a head of comments."""

    path: Path
    verbs: int = 5
    """How wide the column of the second word is."""

    def read(self) -> dict[tuple[str, str], str]:
        """What the table says of each pair of words."""
        found = {}
        for line in self.path.read_text("utf-8").splitlines():
            if line and not line.startswith("#"):
                one, two, *marks = line.split()
                found[one, two] = " ".join(marks)
        return found

    def compare(self, found: Mapping[tuple[str, str], str], wanted: Mapping[tuple[str, str], str]) -> list[str]:
        """Where what is differs from ``wanted``, a part of the table; rewrites that part when REWRITE is asked for."""
        if REWRITE:
            self._rewrite({key: marks for key, marks in self.read().items() if key not in wanted} | dict(found))
            return []
        wrong = [
            f"{one} {two}: is {marks}, should be {wanted.get((one, two), f'in {self.path.name}')}"
            for (one, two), marks in found.items()
            if wanted.get((one, two)) != marks
        ]
        return wrong + [f"{one} {two}: is no more" for one, two in wanted.keys() - found.keys()]

    def _rewrite(self, rows: Mapping[tuple[str, str], str]) -> None:
        head = [line for line in self.path.read_text("utf-8").splitlines() if line.startswith("#")]
        words = len(head[-1]) - len(head[-1].lstrip("# ")) - self.verbs
        lines = [f"{one:<{words}}{two:<{self.verbs}}{marks}" for (one, two), marks in sorted(rows.items())]
        self.path.write_text("\n".join([*head, *lines, ""]), "utf-8")
