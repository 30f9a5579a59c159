"""The same pages from the same templates in less time: what never changes is written once, plain looks go straight.

A page of fifty rows is some thousand small steps of the template engine, and most of them say what they said before: a
translated word, an icon, the address of a kind of page. Where a step is one of the plain ones below, a node that does
just that takes its place while the template is read; every other step stays Django's. The bytes are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from html import escape
from typing import Any, Final, TypeVar

from django.conf import settings
from django.template.base import (
    FilterExpression,
    Lexer,
    Node,
    NodeList,
    Origin,
    Parser,
    Template,
    TextNode,
    Token,
    Variable,
    VariableNode,
    render_value_in_context,
)
from django.template.context import Context
from django.template.defaulttags import CycleNode, IfChangedNode, ResetCycleNode, URLNode
from django.template.library import SimpleNode
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode
from django.template.loaders import base, cached
from django.templatetags.i18n import TranslateNode
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

F = TypeVar("F", bound=Callable[..., Any])
ALWAYS_SAME: Final = "always_same"
"""A tag so marked says the same for the same words in the template, on every page and in every language."""
_TURNING: Final = (ExtendsNode, BlockNode, CycleNode, IfChangedNode, ResetCycleNode)
_SAMPLES: Final = tuple(987654321098700 + number for number in range(8))
"""Numbers that stand for the rows in the address of a kind of page."""


def always_same(tag: F) -> F:
    """Mark a tag: see ALWAYS_SAME."""
    setattr(tag, ALWAYS_SAME, True)
    return tag


class _Quick(Node):
    """A node that renders without the detour that marks a template's line for the debug page."""

    child_nodelists = ()

    def render_annotated(self, context: Context) -> SafeString:
        return self.render(context)  # type: ignore[return-value]


class _Variable(Variable):
    """A name in a template: dictionaries and plain attributes are looked up at once, what is not plain by Django."""

    def resolve(self, context: Any) -> Any:
        if self.lookups is None:
            return super().resolve(context)
        found: Any = context
        try:
            for bit in self.lookups:
                kind = type(found)
                found = found[bit] if found is context or kind is dict else _look(found, kind, bit)
                if callable(found):
                    return super().resolve(context)
        except (_NotPlain, KeyError, AttributeError, TypeError):
            return super().resolve(context)
        return found


class _NotPlain(Exception):
    pass


def _look(found: Any, kind: type, bit: str) -> Any:
    if _has_items(kind):
        raise _NotPlain
    return getattr(found, bit)


@cache
def _has_items(kind: type) -> bool:
    return hasattr(kind, "__getitem__")


class _Said(_Quick):
    """What a variable holds: a text is escaped, a whole number written down, everything else is Django's."""

    def __init__(self, expression: FilterExpression) -> None:
        self.expression = expression

    def render(self, context: Context) -> SafeString:
        value = self.expression.resolve(context)
        kind = type(value)
        if kind is SafeString:
            return value  # type: ignore[no-any-return]
        if kind is str and context.autoescape:
            return escape(value)  # type: ignore[return-value]
        if kind is int and not settings.USE_THOUSAND_SEPARATOR:
            return str(value)  # type: ignore[return-value]
        return render_value_in_context(value, context)  # type: ignore[return-value]


class _Constant(_Quick):
    """A stretch of a template that is the same whenever it is said in a language: text, translated words, icons."""

    def __init__(self, parts: list[Node]) -> None:
        self.parts = parts
        self.said: dict[str | None, SafeString] = {}

    def render(self, context: Context) -> SafeString:
        language = get_language()
        said = self.said.get(language)
        if said is None:
            said = self.said[language] = SafeString("".join(part.render(context) for part in self.parts))
        return said


class _Address(_Quick):
    """The address of a page, by its name and what it is of."""

    def __init__(self, name: str, args: list[FilterExpression]) -> None:
        self.name, self.args = name, args

    def render(self, context: Context) -> SafeString:
        said = address(self.name, *(arg.resolve(context) for arg in self.args))
        return conditional_escape(said) if context.autoescape else said  # type: ignore[return-value]


def address(name: str, *of: Any) -> str:
    """What ``reverse`` answers for a name and positions; the shape of the address of rows is asked for once."""
    rows = [one for one in of if type(one) is int and one >= 0]
    shape = tuple(None if type(one) is int and one >= 0 else one for one in of)
    prefix, urlconf = get_script_prefix(), get_urlconf()
    try:
        return _shape(prefix, urlconf, name, shape).format(*rows)
    except TypeError:  # something that cannot be remembered, or stands in an address in a way of its own
        return reverse(name, args=of)


@lru_cache(maxsize=4096)
def _shape(prefix: str, urlconf: str | None, name: str, of: tuple[Any, ...]) -> str:
    """An address with a {} for each row."""
    samples = iter(_SAMPLES)
    filled = [next(samples) if one is None else one for one in of]
    said = reverse(name, args=filled).replace("{", "{{").replace("}", "}}")
    for sample in _SAMPLES[: sum(one is None for one in of)]:
        if said.count(str(sample)) != 1:
            raise TypeError(said)
        said = said.replace(str(sample), "{}")
    return said


class _Tag(SimpleNode, _Quick):
    """A tag of ours: what it made safe is not looked at again."""

    def render(self, context: Context) -> SafeString:
        args = [arg.resolve(context) for arg in self.args]
        if self.takes_context:
            args.insert(0, context)
        said = self.func(*args, **{name: arg.resolve(context) for name, arg in self.kwargs.items()})
        if type(said) is SafeString or not context.autoescape:
            return said  # type: ignore[no-any-return]
        return conditional_escape(said)


class _Part(IncludeNode):
    """A part by a fixed name, rendered as if it stood here, unless it has blocks or counts its own turns."""

    plain: NodeList | None = None
    asked = False

    def render(self, context: Context) -> SafeString:
        if not self.asked:
            self.plain, self.asked = self._plain(context), True
        if self.plain is None:
            return super().render(context)
        with context.push(**{name: arg.resolve(context) for name, arg in self.extra_context.items()}):
            return self.plain.render(context)

    def _plain(self, context: Context) -> NodeList | None:
        assert context.template is not None
        read = context.template.engine.get_template(self.template.var).nodelist
        return None if any(read.get_nodes_by_type(kind) for kind in _TURNING) else read


class _Expression(FilterExpression):
    def __init__(self, token: str, parser: Parser) -> None:
        super().__init__(token, parser)
        if type(self.var) is Variable and not self.var.translate:
            self.var = _Variable(self.var.var)


class _Parser(Parser):
    """Reads a template as Django does, and puts a quick node where one says the same."""

    def parse(self, parse_until: Iterable[str] | None = None) -> NodeList:
        """Stretches that never change become one node."""
        read: NodeList = super().parse(parse_until)
        joined: list[Node] = []
        for node in read:
            last = joined[-1] if joined else None
            if not _is_constant(node):
                joined.append(node)
            elif isinstance(last, _Constant):
                last.parts.append(node)
            else:
                stretch = _Constant([node])
                stretch.token, stretch.origin = node.token, node.origin
                joined.append(stretch)
        read[:] = [_alone(node) for node in joined]
        return read

    def compile_filter(self, token: str) -> FilterExpression:
        return _Expression(token, self)

    def extend_nodelist(self, nodelist: NodeList, node: Node, token: Token) -> None:
        super().extend_nodelist(nodelist, _quick(node), token)


def _is_constant(node: Node) -> bool:
    if type(node) is TextNode:
        return True
    if type(node) is TranslateNode:
        said = node.filter_expression
        return (
            not node.asvar
            and node.message_context is None
            and not said.filters
            and isinstance(said.var, Variable)
            and said.var.lookups is None
        )
    if type(node) is _Tag:
        return bool(getattr(node.func, ALWAYS_SAME, False)) and all(_is_word(one) for one in node.args)
    return type(node) is _Address and not node.args


def _is_word(expression: FilterExpression) -> bool:
    return isinstance(expression.var, str) and not expression.filters


def _alone(node: Node) -> Node:
    """A stretch of plain text only stays text."""
    if isinstance(node, _Constant) and len(node.parts) == 1 and type(node.parts[0]) is TextNode:
        return node.parts[0]
    return node


def _quick(node: Node) -> Node:
    if type(node) is VariableNode:
        return _Said(node.filter_expression)
    if type(node) is SimpleNode and node.target_var is None:
        return _Tag(node.func, node.takes_context, node.args, node.kwargs, None)
    if type(node) is URLNode and _is_word(node.view_name) and not (node.asvar or node.kwargs):
        return node if ":" in node.view_name.var else _Address(node.view_name.var, node.args)
    if type(node) is IncludeNode and _is_word(node.template) and not node.isolated_context:
        return node if node.template.var.startswith(".") else _Part(node.template, extra_context=node.extra_context)
    return node


class QuickTemplate(Template):
    """A template read by the quick parser."""

    def compile_nodelist(self) -> NodeList:
        """What Django would read, with quick nodes."""
        engine = self.engine
        parser = _Parser(
            Lexer(self.source).tokenize(), engine.template_libraries, engine.template_builtins, self.origin
        )
        read = parser.parse()
        self.extra_data = parser.extra_data
        return read


class _Reader(base.Loader):
    """Finds and reads a template as Django does; while pages are debugged it stays so, with its lines marked."""

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        plain = super().get_template(template_name, skip)
        if self.engine.debug:
            return plain
        return QuickTemplate(plain.source, plain.origin, plain.name, plain.engine)


class Loader(cached.Loader, _Reader):
    """Keeps every template that it has read."""
