"""Finds Chinese texts in the program that nobody would say in another language."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from typing import Final

from tests.desk.messages import SOURCE

_CHINESE: Final = re.compile("[\u4e00-\u9fff]")
SAID: Final = frozenset(
    {"_", "_now", "said", "gettext", "gettext_lazy", "ngettext", "say", "say_many", "Refused", "__init__", "Node"}
)
"""What says a text in the reader's language, or keeps it until a door does."""
OF_CALLS: Final = {
    "open_to_all": "why a page is open stands in docs/access.md, which is Chinese",
    "opens": "the same of an operation",
    "Room": "the description of the API is one document, in Chinese",
    "Field": "the description of the API is one document, in Chinese",
    "Query": "the description of the API is one document, in Chinese",
    "Header": "the description of the API is one document, in Chinese",
    "compile": "a pattern of what people write",
    "Column": "headers of Chinese files; a page says them by the filter word",
}
OF_NAMES: Final = {
    "aliases": "headers of Chinese files",
    "help_text": "for whoever reads the program",
    "verbose_name": "shown by no page: desk/audit_names has the words of the history",
    "verbose_name_plural": "the same",
    "irreversible_because": "said by the command migrate, which speaks Chinese",
}
_TERMINAL: Final = "said by a terminal, which speaks Chinese"
_API: Final = "the description of the API is one document, in Chinese"
_PAPER: Final = "a paper of the company, or its name: papers are Chinese whoever prints them"
_WORDS: Final = "words that a file may have"
ALLOWED: Final = {
    "config/accounts.py": _TERMINAL,
    "config/commands/": _TERMINAL,
    "config/command.py": _TERMINAL,
    "config/demo/": "what people of the demo wrote",
    "guarantee/imports/sample/": "what people of the sample wrote",
    "kernel/people/postings.py:add_demo_auditor": "a name of the demo",
    "upkeep/copies/": _TERMINAL,
    "upkeep/migrating.py": _TERMINAL,
    "kernel/audit/proofs.py": _TERMINAL,
    "kernel/audit/standing.py": _TERMINAL,
    "kernel/audit/heads.py": "said by a terminal, and in a letter that is kept as evidence",
    "kernel/accountability/proving.py": _TERMINAL,
    "kernel/papers/records/proving.py": _TERMINAL,
    "day/proving.py": _TERMINAL,
    "day/lines.py:_not_as_derived": _TERMINAL,
    "day/lines.py:CHECK": _TERMINAL,
    "kernel/papers/reading/faults.py:Fault": _TERMINAL,
    "guarantee/services/old_tables.py": "said by the command retention; what replaces words of old tables",
    "guarantee/services/retention.py": "said by the command retention; what replaces a person's words",
    "kernel/people/retention.py": "said by the command retention",
    "kernel/notices/retention.py": "said by the command retention",
    "kernel/outbox/retention.py": "said by the command retention",
    "day/retention.py": "said by the command retention",
    "config/access_page.py": "docs/access.md is Chinese",
    "kernel/people/policy.py": "docs/access.md is Chinese",
    "kernel/entrance/own_views.py:OWN": "docs/access.md is Chinese",
    "kernel/entrance/views.py:confirm_page": "docs/access.md is Chinese",
    "config/api.py": _API,
    "kernel/hooks/described.py": _API,
    "kernel/api/operations.py:_KEY": _API,
    "config/settings.py": "the name of a language is its own; what the office's log-in is called is the office's to say",
    "kernel/audit/origin.py:_BROWSERS": "names of programs",
    "kernel/papers/printing/xlsx.py:_FONT": "the name of a font",
    "kernel/papers/templatetags/papers.py:_NUMERALS": _PAPER,
    "guarantee/queries/forms/": _PAPER,
    "kernel/accountability/statement_papers.py:_scope": _PAPER,
    "guarantee/services/hand_over_receipts.py:_bind": _PAPER,
    "guarantee/services/hand_over_receipts.py:_contents": _PAPER,
    "guarantee/services/moves.py:sign": _PAPER,
    "guarantee/views/archive.py:contents_file": _PAPER,
    "guarantee/views/hand_overs.py:receipt_file": _PAPER,
    "guarantee/exports/hand_overs.py:destroyed_name": _PAPER,
    "guarantee/views/people.py:paper_file": _PAPER,
    "guarantee/views/visit_reports.py": _PAPER,
    "guarantee/api/archive.py:contents_file": _PAPER,
    "guarantee/api/hand_overs.py:receipt_file": _PAPER,
    "guarantee/api/moves.py:paper_file": _PAPER,
    "guarantee/api/visits.py:report_file": _PAPER,
    "guarantee/api/visits.py:signature": _PAPER,
    "kernel/accountability/api.py:_paper": _PAPER,
    "kernel/accountability/statement_views.py:statement_file": _PAPER,
    "guarantee/forms/mapping.py:_UNITS": _WORDS,
    "guarantee/imports/reached.py": _WORDS,
    "guarantee/imports/words.py": _WORDS,
    "guarantee/rules/matters.py:METHODS": _WORDS,
    "kernel/papers/reading/table.py:TOTALS": _WORDS,
    "kernel/papers/reading/values.py:CURRENCY_WORDS": _WORDS,
    "kernel/papers/reading/values.py:_fen": _WORDS,
    "kernel/papers/reading/values.py:read_quarter": _WORDS,
    "kernel/parties/districts.py": "names of places, as the state writes them",
    "kernel/parties/services.py:erase": "the name of a client who has none any more",
    "kernel/people/imports.py:_POST_WORDS": _WORDS,
    "kernel/rulebook/drafts.py:UNTIL_REPLACED": _WORDS,
    "guarantee/rules/parameters.py": "made of words; each title is in the catalog, see tests/desk/sayings.py",
    "kernel/accountability/forms.py:FIELD_OF": "what a refusal names, to find its field",
    "kernel/accountability/booking.py:_because": "each of its sentences is in the catalog, see tests/desk/messages.py",
}
"""Files, or names in a file, whose Chinese stays Chinese, each with the reason."""


def found() -> Iterator[tuple[str, str, str]]:
    """(file, the name it is bound to or in, text) of each Chinese text outside of what says it."""
    for file in sorted(SOURCE.rglob("*.py")):
        if "migrations" not in file.parts:
            where = file.relative_to(SOURCE).as_posix()
            yield from ((where, name, text) for name, text in _Walk(ast.parse(file.read_text())).texts())


def is_allowed(file: str, name: str, among: Collection[str] = ALLOWED) -> bool:
    """Whether the list above, or some of it, lets a text stay as it is."""
    return any(file.startswith(one) if one.endswith(("/", ".py")) else f"{file}:{name}" == one for one in among)


class _Walk(ast.NodeVisitor):
    """Goes through a module, but not into what is said, nor into what only readers of the program see."""

    def __init__(self, tree: ast.Module) -> None:
        self._found: list[tuple[str, str]] = []
        self._names: list[str] = []
        self.visit(tree)

    def texts(self) -> list[tuple[str, str]]:
        return self._found

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in OF_CALLS or ast.unparse(node.func).startswith("models."):
            return
        self.visit(node.func)
        for one in () if name in SAID else node.args:
            self.visit(one)
        for word in node.keywords:
            if word.arg not in OF_NAMES and not (name in SAID and word.arg in ("where", "what")):
                self.visit(word.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        text = "".join(str(one.value) for one in node.values if isinstance(one, ast.Constant))
        if _CHINESE.search(text):
            self._found.append((self._name(), ast.unparse(node)))
        for one in node.values:
            if isinstance(one, ast.FormattedValue):
                self.visit(one.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and _CHINESE.search(node.value):
            self._found.append((self._name(), node.value))

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        self._bound(getattr(node.targets[0], "id", ""), node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._bound(getattr(node.target, "id", ""), node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._bound(node.name, node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._bound(node.name, node)

    def _bound(self, name: str, node: ast.AST) -> None:
        if name in OF_NAMES:
            return
        self._names.append(name)
        self.generic_visit(node)
        self._names.pop()

    def _name(self) -> str:
        return next((name for name in self._names if name), "")
