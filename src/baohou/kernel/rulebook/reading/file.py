"""Reading a whole file: its header and its clauses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import Node

from baohou.core.rulebook import Clause, ParameterSpec
from baohou.core.sayings import listed, say
from baohou.kernel.rulebook import registry
from baohou.kernel.rulebook.drafts import UNTIL_REPLACED, Draft
from baohou.kernel.rulebook.faults import Fault
from baohou.kernel.rulebook.reading.nodes import Walk, line_of
from baohou.kernel.rulebook.reading.parameters import read_parameters

HEADER = ("rule_set", "title", "name", "effective_on", "until", "reference", "adopted_by", "clauses")


@dataclass(frozen=True)
class Reading:
    """What was read of one file: all its faults, and the version as far as its place in time can be told."""

    draft: Draft | None
    faults: tuple[Fault, ...]


def read_file(path: Path) -> Reading:
    """Read the version that a file says."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return Reading(None, (Fault(str(path), line, say("不是 UTF-8 编码：请另存为 UTF-8")),))
    return read_text(text, file=str(path))


def read_text(text: str, *, file: str = "") -> Reading:
    """Read the version that a text in YAML says."""
    walk = Walk(file)
    root = _compose(walk, text)
    draft = None if root is None else _draft(walk, root)
    return Reading(draft, tuple(walk.faults))


def _compose(walk: Walk, text: str) -> Node | None:
    """The tree of a YAML text, not yet looked at; None when it is no YAML or empty, which is noted."""
    try:
        root: Node | None = YAML().compose(StringIO(text))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        walk.fault(line, say("不是合法的 YAML，请检查缩进、冒号和引号（%(problem)s）", problem=error.problem))
        return None
    except YAMLError as error:
        walk.fault(1, say("不是合法的 YAML（%(error)s）", error=error))
        return None
    if root is None:
        walk.fault(1, say("文件是空的"))
    return root


def _draft(walk: Walk, root: Node) -> Draft | None:
    """The version; None when its rule set or its days can't be told."""
    found = walk.record(root, say("文件开头"), required=HEADER)
    rule_set = _rule_set(walk, found.get("rule_set"))
    effective_on = walk.day(found.get("effective_on"), say("effective_on（施行日）"))
    until = _until(walk, found.get("until"), effective_on)
    has_place = not walk.faults
    draft = Draft(
        rule_set=rule_set,
        title=walk.text(found.get("title"), say("title（制度名称）"), longest=128),
        name=walk.text(found.get("name"), say("name（版本名称）"), longest=64),
        effective_on=effective_on or date.min,
        until=until,
        reference=walk.text(found.get("reference"), say("reference（依据）")),
        adopted_by=walk.text(found.get("adopted_by"), say("adopted_by（批准者）"), longest=128),
        clauses=_clauses(walk, found["clauses"], rule_set) if "clauses" in found else (),
        file=walk.file,
        lines={name: line_of(node) for name, node in found.items()},
    )
    return draft if has_place else None


def _rule_set(walk: Walk, node: Node | None) -> str:
    code = walk.text(node, say("rule_set（制度代码）"))
    known = sorted({clause.partition(".")[0] for clause in registry.clauses()})
    if node is not None and code and code not in known:
        walk.fault(node, say("不认识的制度“%(code)s”；可写：%(names)s", code=code, names=listed(known)))
    return code


def _until(walk: Walk, node: Node | None, effective_on: date | None) -> date | None:
    """The day of the end, or None for the words that say that it lasts until replaced."""
    if node is None or walk.scalar(node) == UNTIL_REPLACED:
        return None
    until = walk.day(node, say("until（止）写明“%(until_replaced)s”，或写日期：它", until_replaced=UNTIL_REPLACED))
    if until is not None and effective_on is not None and until <= effective_on:
        walk.fault(
            node,
            say(
                "until（止）%(until)s 应晚于施行日 %(effective_on)s；止日当天已不施行",
                until=until,
                effective_on=effective_on,
            ),
        )
    return until


def _clauses(walk: Walk, node: Node, rule_set: str) -> tuple[Clause, ...]:
    specs = _specs_by_clause(rule_set)
    first: dict[str, int] = {}
    read = []
    for item in walk.items(node, say("clauses（条款）")):
        clause = _clause(walk, item, specs)
        if clause.code in first:
            walk.fault(
                item,
                say(
                    "条款 %(code)s 重复：第 %(first)s 行已写过，请只留一处", code=clause.code, first=first[clause.code]
                ),
            )
        first.setdefault(clause.code, line_of(item))
        read.append(clause)
    for code in [code for code in specs if code not in first]:
        needed = [name for name, spec in specs[code].items() if spec.default is None]
        if needed:
            walk.fault(node, say("缺少条款 %(code)s（须给出参数 %(names)s）", code=code, names=listed(needed)))
    return tuple(read)


def _specs_by_clause(rule_set: str) -> dict[str, dict[str, ParameterSpec]]:
    found: dict[str, dict[str, ParameterSpec]] = {}
    for spec in registry.specs():
        if spec.clause.partition(".")[0] == rule_set:
            found.setdefault(spec.clause, {})[spec.name] = spec
    return found


def _clause(walk: Walk, node: Node, specs: Mapping[str, Mapping[str, ParameterSpec]]) -> Clause:
    found = walk.record(node, say("条款"), required=("id", "title", "text", "reference"), optional=("parameters",))
    code = walk.text(found.get("id"), say("条款的 id（编号）"))
    if code and code not in registry.clauses():
        walk.fault(found["id"], say("不认识的条款“%(code)s”：请核对编号；系统只执行已登记的条款", code=code))
    return Clause(
        code=code,
        title=walk.text(found.get("title"), say("%(code)s 的 title（标题）", code=code), longest=64),
        text=walk.text(found.get("text"), say("%(code)s 的 text（正文）", code=code)),
        reference=walk.text(found.get("reference"), say("%(code)s 的 reference（依据）", code=code)),
        parameters=read_parameters(walk, node, found.get("parameters"), specs.get(code, {})),
    )
