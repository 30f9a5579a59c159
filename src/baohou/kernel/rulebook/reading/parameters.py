"""Reading the parameters of a clause and their exceptions."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ruamel.yaml.nodes import Node, ScalarNode

from baohou.core.money import NotAnAmount, to_fen
from baohou.core.rulebook import ExceptionTo, Parameter, ParameterSpec, Value, find_conflicts, precedes
from baohou.core.sayings import listed, say
from baohou.kernel.rulebook.drafts import UNITS
from baohou.kernel.rulebook.reading.nodes import Walk, line_of


def read_parameters(
    walk: Walk, clause: Node, node: Node | None, specs: Mapping[str, ParameterSpec]
) -> dict[str, Parameter]:
    """The parameters of a clause: those of the specs (by name), no other, and none left out that has no default."""
    entries = {} if node is None else walk.mapping(node, say("parameters（参数）"))
    code = next(iter(specs.values())).clause if specs else ""
    for name, (key, _) in entries.items():
        if name not in specs:
            known = say("本条的参数：%(names)s", names=listed(specs)) if specs else say("本条没有参数")
            walk.fault(key, say("不认识的参数“%(name)s”；%(known)s", name=name, known=known))
    for name, spec in specs.items():
        if name not in entries and spec.default is None:
            walk.fault(
                clause, say("%(code)s 缺少参数 %(name)s（%(title)s）", code=code, name=name, title=say(spec.title))
            )
    return {name: _parameter(walk, entries[name][1], spec) for name, spec in specs.items() if name in entries}


def _parameter(walk: Walk, node: Node, spec: ParameterSpec) -> Parameter:
    what = say("参数 %(name)s", name=spec.name)
    found = walk.record(node, what, required=("value", "unit", "reference"), optional=("exceptions",))
    _check_unit(walk, found.get("unit"), spec)
    return Parameter(
        name=spec.name,
        value=_value(walk, found.get("value"), spec),
        reference=walk.text(found.get("reference"), say("%(what)s 的 reference（依据）", what=what)),
        exceptions=_exceptions(walk, found.get("exceptions"), spec),
    )


def _check_unit(walk: Walk, node: Node | None, spec: ParameterSpec) -> None:
    if node is not None and walk.scalar(node) != UNITS[spec.kind]:
        walk.fault(node, say("参数 %(name)s 的 unit（单位）应为“%(unit)s”", name=spec.name, unit=UNITS[spec.kind]))


def _value(walk: Walk, node: Node | None, spec: ParameterSpec) -> Value:
    """The value in the unit of the core (fen for money)."""
    if node is None:
        return 0
    value = _typed(walk.scalar(node), spec, plain=isinstance(node, ScalarNode) and not node.style)
    if value is None:
        walk.fault(
            node,
            say(
                "参数 %(name)s 的值“%(scalar)s”不对：应为%(wanted)s",
                name=spec.name,
                scalar=walk.scalar(node),
                wanted=_wanted(spec),
            ),
        )
        return 0
    if wrong := spec.fault_of(value):
        walk.fault(
            node,
            say("参数 %(name)s 的值“%(scalar)s”不对：%(wrong)s", name=spec.name, scalar=walk.scalar(node), wrong=wrong),
        )
    return value


def _typed(text: str, spec: ParameterSpec, *, plain: bool) -> Value | None:
    """The value that a text means for the spec's kind; None when it means none. Numbers stand without quotes."""
    if spec.kind == "code":
        return text or None
    if spec.kind == "fen" and plain:
        try:
            return to_fen(text)
        except NotAnAmount:
            return None
    return int(text) if plain and re.fullmatch(r"-?[0-9]{1,9}", text) else None


def _wanted(spec: ParameterSpec) -> str:
    if spec.kind == "code":
        return say(" %(names)s 之一", names=listed(spec.choices))
    return say("金额（元，小数最多两位，不加引号）") if spec.kind == "fen" else say("整数（不加引号）")


def _exceptions(walk: Walk, node: Node | None, spec: ParameterSpec) -> tuple[ExceptionTo, ...]:
    if node is None:
        return ()
    if not spec.facts:
        walk.fault(node, say("参数 %(name)s 不能有例外", name=spec.name))
        return ()
    nodes = walk.items(node, say("exceptions（例外）"))
    read = [_exception(walk, item, spec) for item in nodes]
    _check_labels(walk, nodes, read)
    _check_conflicts(walk, nodes, read, spec)
    return tuple(read)


def _exception(walk: Walk, node: Node, spec: ParameterSpec) -> ExceptionTo:
    found = walk.record(node, say("例外"), required=("label", "when", "value", "reference"), optional=("over",))
    label = walk.text(found.get("label"), say("例外的 label（名称）"), longest=64)
    over = found.get("over")
    return ExceptionTo(
        label=label,
        when=_when(walk, found.get("when"), spec),
        value=_value(walk, found.get("value"), spec),
        reference=walk.text(found.get("reference"), say("例外“%(label)s”的 reference（依据）", label=label)),
        over=() if over is None else walk.texts(over, say("例外“%(label)s”的 over（优先于）", label=label)),
    )


def _when(walk: Walk, node: Node | None, spec: ParameterSpec) -> dict[str, tuple[str, ...]]:
    """The conditions of an exception, on facts that the spec offers."""
    if node is None:
        return {}
    entries = walk.mapping(node, say("when（条件）"))
    if not entries:
        walk.fault(node, say("例外的 when（条件）不能为空：没有条件的例外就是参数的值"))
    for fact, (key, _) in entries.items():
        if fact not in spec.facts:
            walk.fault(
                key,
                say(
                    "例外不能以“%(fact)s”为条件；参数 %(name)s 的例外可依据：%(names)s",
                    fact=fact,
                    name=spec.name,
                    names=listed(spec.facts),
                ),
            )
    return {fact: walk.texts(value, say("条件 %(fact)s", fact=fact)) for fact, (_, value) in entries.items()}


def _check_labels(walk: Walk, nodes: list[Node], read: list[ExceptionTo]) -> None:
    """Labels are unique, and `over` names other exceptions of the same parameter."""
    first: dict[str, Node] = {}
    for node, exception in zip(nodes, read, strict=True):
        if exception.label in first:
            walk.fault(
                node,
                say(
                    "例外名称“%(label)s”重复：第 %(line)s 行已用过",
                    label=exception.label,
                    line=line_of(first[exception.label]),
                ),
            )
        first.setdefault(exception.label, node)
    above = precedes(read)
    for node, exception in zip(nodes, read, strict=True):
        if exception.label in above[exception.label] and exception.label not in exception.over:
            walk.fault(node, say("例外“%(label)s”经由其他例外又优先于自己：请去掉 over 中的圈", label=exception.label))
        for label in exception.over:
            if label == exception.label or label not in first:
                walk.fault(
                    node,
                    say(
                        "例外“%(label)s”的 over 写了“%(other)s”：应为同一参数下另一个例外的名称",
                        label=exception.label,
                        other=label,
                    ),
                )


def _check_conflicts(walk: Walk, nodes: list[Node], read: list[ExceptionTo], spec: ParameterSpec) -> None:
    """No two exceptions may ever apply at once without one going before the other."""
    line = {exception.label: line_of(node) for node, exception in zip(nodes, read, strict=True)}
    for one, two in find_conflicts(read):
        if one != two:
            walk.fault(
                line[two],
                say(
                    "参数 %(name)s 的例外“%(one)s”（第 %(line)s 行）与“%(two)s”可能同时适用："
                    "请用 over 写明哪一个优先，或改条件使二者不重叠",
                    name=spec.name,
                    one=one,
                    line=line[one],
                    two=two,
                ),
            )
