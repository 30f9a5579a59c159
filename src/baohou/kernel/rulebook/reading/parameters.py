"""Reading the parameters of a clause and their exceptions."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ruamel.yaml.nodes import Node, ScalarNode

from baohou.core.money import NotAnAmount, to_fen
from baohou.core.rulebook import ExceptionTo, Parameter, ParameterSpec, Value, find_conflicts, precedes
from baohou.kernel.rulebook.drafts import UNITS
from baohou.kernel.rulebook.reading.nodes import Walk, line_of


def read_parameters(
    walk: Walk, clause: Node, node: Node | None, specs: Mapping[str, ParameterSpec]
) -> dict[str, Parameter]:
    """The parameters of a clause: those of the specs (by name), no other, and none left out that has no default."""
    entries = {} if node is None else walk.mapping(node, "parameters（参数）")
    code = next(iter(specs.values())).clause if specs else ""
    for name, (key, _) in entries.items():
        if name not in specs:
            known = f"本条的参数：{'、'.join(specs)}" if specs else "本条没有参数"
            walk.fault(key, f"不认识的参数“{name}”；{known}")
    for name, spec in specs.items():
        if name not in entries and spec.default is None:
            walk.fault(clause, f"{code} 缺少参数 {name}（{spec.title}）")
    return {name: _parameter(walk, entries[name][1], spec) for name, spec in specs.items() if name in entries}


def _parameter(walk: Walk, node: Node, spec: ParameterSpec) -> Parameter:
    what = f"参数 {spec.name}"
    found = walk.record(node, what, required=("value", "unit", "reference"), optional=("exceptions",))
    _check_unit(walk, found.get("unit"), spec)
    return Parameter(
        name=spec.name,
        value=_value(walk, found.get("value"), spec),
        reference=walk.text(found.get("reference"), f"{what} 的 reference（依据）"),
        exceptions=_exceptions(walk, found.get("exceptions"), spec),
    )


def _check_unit(walk: Walk, node: Node | None, spec: ParameterSpec) -> None:
    if node is not None and walk.scalar(node) != UNITS[spec.kind]:
        walk.fault(node, f"参数 {spec.name} 的 unit（单位）应为“{UNITS[spec.kind]}”")


def _value(walk: Walk, node: Node | None, spec: ParameterSpec) -> Value:
    """The value in the unit of the core (fen for money)."""
    if node is None:
        return 0
    value = _typed(walk.scalar(node), spec, plain=isinstance(node, ScalarNode) and not node.style)
    if value is None:
        walk.fault(node, f"参数 {spec.name} 的值“{walk.scalar(node)}”不对：应为{_wanted(spec)}")
        return 0
    if wrong := spec.fault_of(value):
        walk.fault(node, f"参数 {spec.name} 的值“{walk.scalar(node)}”不对：{wrong}")
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
        return f" {'、'.join(spec.choices)} 之一"
    return "金额（元，小数最多两位，不加引号）" if spec.kind == "fen" else "整数（不加引号）"


def _exceptions(walk: Walk, node: Node | None, spec: ParameterSpec) -> tuple[ExceptionTo, ...]:
    if node is None:
        return ()
    if not spec.facts:
        walk.fault(node, f"参数 {spec.name} 不能有例外")
        return ()
    nodes = walk.items(node, "exceptions（例外）")
    read = [_exception(walk, item, spec) for item in nodes]
    _check_labels(walk, nodes, read)
    _check_conflicts(walk, nodes, read, spec)
    return tuple(read)


def _exception(walk: Walk, node: Node, spec: ParameterSpec) -> ExceptionTo:
    found = walk.record(node, "例外", required=("label", "when", "value", "reference"), optional=("over",))
    label = walk.text(found.get("label"), "例外的 label（名称）", longest=64)
    over = found.get("over")
    return ExceptionTo(
        label=label,
        when=_when(walk, found.get("when"), spec),
        value=_value(walk, found.get("value"), spec),
        reference=walk.text(found.get("reference"), f"例外“{label}”的 reference（依据）"),
        over=() if over is None else walk.texts(over, f"例外“{label}”的 over（优先于）"),
    )


def _when(walk: Walk, node: Node | None, spec: ParameterSpec) -> dict[str, tuple[str, ...]]:
    """The conditions of an exception, on facts that the spec offers."""
    if node is None:
        return {}
    entries = walk.mapping(node, "when（条件）")
    if not entries:
        walk.fault(node, "例外的 when（条件）不能为空：没有条件的例外就是参数的值")
    for fact, (key, _) in entries.items():
        if fact not in spec.facts:
            walk.fault(key, f"例外不能以“{fact}”为条件；参数 {spec.name} 的例外可依据：{'、'.join(spec.facts)}")
    return {fact: walk.texts(value, f"条件 {fact}") for fact, (_, value) in entries.items()}


def _check_labels(walk: Walk, nodes: list[Node], read: list[ExceptionTo]) -> None:
    """Labels are unique, and `over` names other exceptions of the same parameter."""
    first: dict[str, Node] = {}
    for node, exception in zip(nodes, read, strict=True):
        if exception.label in first:
            walk.fault(node, f"例外名称“{exception.label}”重复：第 {line_of(first[exception.label])} 行已用过")
        first.setdefault(exception.label, node)
    above = precedes(read)
    for node, exception in zip(nodes, read, strict=True):
        if exception.label in above[exception.label] and exception.label not in exception.over:
            walk.fault(node, f"例外“{exception.label}”经由其他例外又优先于自己：请去掉 over 中的圈")
        for label in exception.over:
            if label == exception.label or label not in first:
                walk.fault(node, f"例外“{exception.label}”的 over 写了“{label}”：应为同一参数下另一个例外的名称")


def _check_conflicts(walk: Walk, nodes: list[Node], read: list[ExceptionTo], spec: ParameterSpec) -> None:
    """No two exceptions may ever apply at once without one going before the other."""
    line = {exception.label: line_of(node) for node, exception in zip(nodes, read, strict=True)}
    for one, two in find_conflicts(read):
        if one != two:
            walk.fault(
                line[two],
                f"参数 {spec.name} 的例外“{one}”（第 {line[one]} 行）与“{two}”可能同时适用："
                "请用 over 写明哪一个优先，或改条件使二者不重叠",
            )
