"""Writing a version as YAML, as a person would write it and as the reader reads it."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from baohou.core.money import format_yuan
from baohou.core.rulebook import Clause, ExceptionTo, Parameter, ParameterSpec, Value
from baohou.kernel.rulebook.drafts import UNITS, UNTIL_REPLACED, Draft

TAG = "tag:yaml.org,2002:"


def to_yaml(draft: Draft, *, specs: Mapping[tuple[str, str], ParameterSpec]) -> str:
    """The version as a text that reads back as the same version; specs by clause and name tell the units."""
    yaml = YAML()
    yaml.width = 10_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = StringIO()
    yaml.serialize(_draft(draft, specs), stream)
    return stream.getvalue().replace("\n  - id: ", "\n\n  - id: ").replace("clauses:\n\n", "clauses:\n", 1)


def _draft(draft: Draft, specs: Mapping[tuple[str, str], ParameterSpec]) -> Node:
    until = _text(UNTIL_REPLACED) if draft.until is None else _plain("timestamp", str(draft.until))
    return _mapping(
        rule_set=_text(draft.rule_set),
        title=_text(draft.title),
        name=_text(draft.name),
        effective_on=_plain("timestamp", str(draft.effective_on)),
        until=until,
        reference=_text(draft.reference),
        adopted_by=_text(draft.adopted_by),
        clauses=SequenceNode(f"{TAG}seq", [_clause(clause, specs) for clause in draft.clauses]),
    )


def _clause(clause: Clause, specs: Mapping[tuple[str, str], ParameterSpec]) -> Node:
    parameters = {
        name: _parameter(parameter, specs[clause.code, name]) for name, parameter in clause.parameters.items()
    }
    rest = {"parameters": _mapping(**parameters)} if parameters else {}
    return _mapping(
        id=_text(clause.code),
        title=_text(clause.title),
        reference=_text(clause.reference),
        text=_text(clause.text),
        **rest,
    )


def _parameter(parameter: Parameter, spec: ParameterSpec) -> Node:
    exceptions = [_exception(exception, spec) for exception in parameter.exceptions]
    rest = {"exceptions": SequenceNode(f"{TAG}seq", exceptions)} if exceptions else {}
    return _mapping(
        value=_value(parameter.value, spec),
        unit=_text(UNITS[spec.kind]),
        reference=_text(parameter.reference),
        **rest,
    )


def _exception(exception: ExceptionTo, spec: ParameterSpec) -> Node:
    rest = {"over": _texts(exception.over)} if exception.over else {}
    return _mapping(
        label=_text(exception.label),
        when=_mapping(**{fact: _texts(values) for fact, values in exception.when.items()}),
        value=_value(exception.value, spec),
        reference=_text(exception.reference),
        **rest,
    )


def _value(value: Value, spec: ParameterSpec) -> Node:
    if isinstance(value, str):
        return _text(value)
    if spec.kind != "fen":
        return _plain("int", str(value))
    return _plain("float", format_yuan(value)) if value % 100 else _plain("int", str(value // 100))


def _mapping(**entries: Node) -> Node:
    return MappingNode(f"{TAG}map", [(_text(name), value) for name, value in entries.items()])


def _texts(texts: tuple[str, ...]) -> Node:
    return SequenceNode(f"{TAG}seq", [_in_flow(text) for text in texts], flow_style=True)


def _in_flow(text: str) -> Node:
    """Between brackets a leading ``?`` would begin a key, which the emitter overlooks."""
    return ScalarNode(f"{TAG}str", text, style="'") if text.startswith("?") else _text(text)


def _text(text: str) -> Node:
    lines = text.split("\n")
    as_block = len(lines) > 1 and all(line == line.strip() and line.isprintable() for line in lines)
    return ScalarNode(f"{TAG}str", text, style="|" if as_block else None)


def _plain(kind: str, text: str) -> Node:
    return ScalarNode(TAG + kind, text)
