"""Whatever a page does, the API does: the verbs that pages call are called by operations, too."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import baohou
from baohou.day.jobs import start, start_again
from baohou.guarantee.services import submissions
from baohou.kernel.api import tokens
from baohou.kernel.entrance import factors
from baohou.kernel.people import logins

ON_PAGES_ONLY = {
    logins.make_first_admin: "the first start of an empty installation has nobody who could have a token",
    logins.password_changed: "a password is changed by who knows the old one, in the browser",
    factors.add_own: "one's own log-in is the browser's; a token that leaked must not lock its owner out",
    factors.renew_codes: "likewise",
    factors.remove_own: "likewise",
    factors.end_own: "likewise",
    tokens.make_own_token: "a token must not make tokens: what leaked once would live for ever",
    tokens.make_system_token: "likewise",
}
"""The verbs that have a page and no operation, each with its reason."""
FRAME = ("baohou.kernel.api.tokens", "baohou.kernel.api.checks", "baohou.kernel.api.operations")
WITHOUT_A_DOOR = (submissions.keep_file, start, start_again)
"""Verbs that do not say their door, because what they begin says it."""


def test_every_verb_of_a_page_has_an_operation() -> None:
    """A new page that writes fails here until there is an operation that calls the same verb."""
    pages, operations = verbs_called(".views"), verbs_called(".api")
    assert len(pages) > 45
    lacking = pages - operations - set(ON_PAGES_ONLY)
    assert not lacking, sorted(f"{verb.__module__}.{verb.__qualname__}" for verb in lacking)
    assert not set(ON_PAGES_ONLY) & operations


def verbs_called(part: str) -> set[Callable[..., Any]]:
    """The verbs named in modules of doors: ``.views`` stands for pages, ``.api`` for operations."""
    found = set()
    for module in doors(part):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Name | ast.Attribute):
                named = resolve(module, node)
                if inspect.isfunction(named) and is_verb(named):
                    found.add(named)
    return found


def doors(part: str) -> Iterator[ModuleType]:
    for info in pkgutil.walk_packages(baohou.__path__, "baohou."):
        if ".migrations" in info.name:
            continue
        is_page = ".views" in info.name or info.name.endswith("_views")
        is_operation = ".api" in info.name and not is_page and info.name not in FRAME
        if is_page if part == ".views" else is_operation:
            yield importlib.import_module(info.name)


def resolve(module: ModuleType, node: ast.expr) -> Any:
    """What a name, or a name of a module's, stands for; None for anything else."""
    if isinstance(node, ast.Name):
        return getattr(module, node.id, None)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
        whole = resolve(module, node.value)
        return getattr(whole, node.attr, None) if isinstance(whole, ModuleType) else None
    return None


def is_verb(function: Any) -> bool:
    """Whether it says through which door it came, or is told by a planner, or is one of those that need not."""
    plain = inspect.unwrap(function)
    if function in WITHOUT_A_DOOR:
        return True
    if ".api." in plain.__module__ and "tokens" not in plain.__module__:
        return False
    parameters = inspect.signature(plain).parameters
    return ("door" in parameters or "planner" in parameters) and not plain.__name__.startswith("_")


def test_no_two_shapes_share_a_name() -> None:
    """The description knows a shape by its name: of two of one name, one would be told wrongly."""
    from baohou.kernel.api.schemas import In, Out

    list(doors(".api"))
    named: dict[str, set[str]] = {}
    for shape in (*below(In), *below(Out)):
        if "[" not in shape.__name__:
            named.setdefault(shape.__name__, set()).add(shape.__module__)
    assert len(named) > 100
    assert {name: places for name, places in named.items() if len(places) > 1} == {}


def below(shape: type) -> Iterator[type]:
    for one in shape.__subclasses__():
        yield one
        yield from below(one)
