"""Walking a YAML tree: every look at a node either answers or notes a fault with the node's line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import date

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from baohou.core.sayings import listed, say
from baohou.kernel.rulebook.faults import Fault

NULL = "tag:yaml.org,2002:null"


def line_of(node: Node) -> int:
    """The line on which a node begins, from 1."""
    return int(node.start_mark.line) + 1


class Walk:
    """One walk through one file. Its looks return an empty value where they note a fault, so that the walk goes on."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []

    def fault(self, at: Node | int, message: str) -> None:
        """Note a fault at a node or a line."""
        self.faults.append(Fault(self.file, at if isinstance(at, int) else line_of(at), message))

    def mapping(self, node: Node, what: str) -> dict[str, tuple[Node, Node]]:
        """The entries of a mapping as (key, value) by the text of the key."""
        if not isinstance(node, MappingNode):
            self.fault(node, say("%(what)s应由“项: 值”组成", what=what))
            return {}
        found: dict[str, tuple[Node, Node]] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in found:
                self.fault(
                    key,
                    say(
                        "%(what)s中“%(name)s”重复：第 %(line)s 行已写过，请只留一处",
                        what=what,
                        name=name,
                        line=line_of(found[name][0]),
                    ),
                )
            else:
                found[name] = (key, _beside(key, value))
        return found

    def record(
        self, node: Node, what: str, *, required: Collection[str], optional: Collection[str] = ()
    ) -> dict[str, Node]:
        """The entries of a mapping that must have the required keys and may have the optional ones, no others."""
        entries = self.mapping(node, what)
        for name in [name for name in entries if name not in required and name not in optional]:
            self.fault(
                entries[name][0],
                say(
                    "%(what)s中有不认识的项“%(name)s”；可写的项：%(names)s",
                    what=what,
                    name=name,
                    names=listed([*required, *optional]),
                ),
            )
        missing = [name for name in required if name not in entries]
        if missing and isinstance(node, MappingNode):
            self.fault(node, say("%(what)s缺少：%(names)s", what=what, names=listed(missing)))
        return {name: value for name, (_, value) in entries.items()}

    def items(self, node: Node, what: str) -> list[Node]:
        """The items of a list."""
        if not isinstance(node, SequenceNode):
            self.fault(node, say("%(what)s应为列表，每项以“- ”开头", what=what))
            return []
        return list(node.value)

    def text(self, node: Node | None, what: str, *, longest: int | None = None) -> str:
        """A text that is not empty, without blanks around it; an absent node was noted where it is missing."""
        if node is None:
            return ""
        text = self.scalar(node).strip()
        if not text:
            self.fault(node, say("%(what)s应为文字，不能为空", what=what))
        elif longest is not None and len(text) > longest:
            self.fault(
                node, say("%(what)s过长：最多 %(longest)s 字，现有 %(n)s 字", what=what, longest=longest, n=len(text))
            )
        elif any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in text):
            self.fault(node, say("%(what)s含有不可用的控制字符：请删去", what=what))
        return text

    def texts(self, node: Node, what: str) -> tuple[str, ...]:
        """One text, or a list of texts that is not empty."""
        if isinstance(node, ScalarNode):
            return (self.text(node, what),)
        found = tuple(self.text(item, what) for item in self.items(node, what))
        if not found and isinstance(node, SequenceNode):
            self.fault(node, say("%(what)s至少写一项", what=what))
        return found

    def day(self, node: Node | None, what: str) -> date | None:
        """A civil date such as 2016-04-01."""
        if node is None:
            return None
        text = self.scalar(node)
        try:
            return date.fromisoformat(text if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else "")
        except ValueError:
            self.fault(node, say("%(what)s应为日期，写成 2016-04-01 的样子", what=what))
            return None

    @staticmethod
    def scalar(node: Node) -> str:
        """The text of a scalar as written; empty for null, lists and mappings."""
        return str(node.value) if isinstance(node, ScalarNode) and node.tag != NULL else ""


def _beside(key: Node, value: Node) -> Node:
    """The value of a key; YAML places a value that is not there on a later line, we place it on the key's."""
    if value.tag == NULL and not value.value:
        value.start_mark = key.start_mark
    return value
