"""Mapping files: how a table with other headers, codes and units is read as ours (docs/import-formats.md)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from baohou.core.errors import Refused
from baohou.core.sayings import listed, say
from baohou.kernel.papers.reading.cases import Case, When

_CASE_KEYS = {"from", "always", "when", "first", "words", "times", "days_since", "plus_months", "plus_days", "prefix"}
_FILE_KEYS = {"sheet", "header_row", "encoding", "delimiter"}


@dataclass(frozen=True)
class Refusal:
    """Rows for which the condition holds are not taken, for the reason."""

    when: When
    because: str


@dataclass(frozen=True)
class Mapping:
    """What a mapping file says; an empty one changes nothing."""

    sheet: str | None = None
    header_row: int | None = None
    encoding: str | None = None
    delimiter: str | None = None
    columns: MappingOf[str, Sequence[Case]] = field(default_factory=dict)
    refusals: Sequence[Refusal] = ()

    def headers(self) -> set[str]:
        """Their headers that the mapping reads."""
        cases = {h for cases in self.columns.values() for case in cases for h in case.headers()}
        return cases | {header for refusal in self.refusals for header, _ in refusal.when.cells}


class WrongMapping(Refused):
    """A mapping file that can't be used; ``where`` is the file and the key."""

    def __init__(self, message: str, *, where: str) -> None:
        super().__init__("papers.reading.wrong_mapping", message, where=where)


def load_mapping(*, path: Path) -> Mapping:
    """The mapping that a .toml file describes; WrongMapping names the key that is wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongMapping(say("不是有效的 TOML：%(error)s", error=error), where=path.name) from error
    return read_mapping(text=text, name=path.name)


def read_mapping(*, text: str, name: str) -> Mapping:
    """The mapping that the text of a mapping file describes; WrongMapping names the key that is wrong."""
    return _Reader(name).mapping(parse_mapping(text=text, name=name))


def parse_mapping(*, text: str, name: str) -> dict[str, Any]:
    """The text of a mapping file as nested tables, unchecked; WrongMapping when it is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WrongMapping(say("不是有效的 TOML：%(error)s", error=error), where=name) from error


@dataclass(frozen=True)
class _Reader:
    file: str

    def mapping(self, said: dict[str, Any]) -> Mapping:
        self.only(said, {"file", "columns", "constants", "refuse"}, "")
        file = said.get("file", {})
        self.only(file, _FILE_KEYS, "file")
        columns = {code: self.cases(f"columns.{code}", value) for code, value in said.get("columns", {}).items()}
        for code, value in said.get("constants", {}).items():
            if code in columns:
                raise self.wrong(f"constants.{code}", say("已在 [columns] 里写过"))
            columns[code] = (Case(always=value),)
        refusals = [self.refusal(f"refuse[{i}]", one) for i, one in enumerate(said.get("refuse", []), start=1)]
        return Mapping(**file, columns=columns, refusals=refusals)

    def cases(self, key: str, said: object) -> tuple[Case, ...]:
        if isinstance(said, str):
            return (Case(source=said),)
        if isinstance(said, list):
            return tuple(self.case(f"{key}[{i}]", one) for i, one in enumerate(said, start=1))
        return (self.case(key, said),)

    def case(self, key: str, said: object) -> Case:
        if not isinstance(said, dict):
            raise self.wrong(key, say("应为列名，或 { from = … } 这样的表"))
        self.only(said, _CASE_KEYS, key)
        if ("from" in said) == ("always" in said):
            raise self.wrong(key, say("from 和 always 要有一个，且只能有一个"))
        return Case(
            when=self.when(f"{key}.when", said.get("when", {})),
            always=said.get("always"),
            source=said.get("from", ""),
            first=self.whole(f"{key}.first", said["first"]) if "first" in said else None,
            words={str(word): str(ours) for word, ours in said.get("words", {}).items()},
            times=self.number(f"{key}.times", said["times"]) if "times" in said else None,
            days_since=self.day(f"{key}.days_since", said.get("days_since")),
            plus_months=said.get("plus_months", 0),
            plus_days=said.get("plus_days", 0),
            prefix=said.get("prefix", ""),
        )

    def when(self, key: str, said: object) -> When:
        if not isinstance(said, dict):
            raise self.wrong(key, say('应为 { 列名 = "值" } 或 { 列名 = ["值", "值"] }'))
        return When(tuple((h, tuple(map(str, w)) if isinstance(w, list) else (str(w),)) for h, w in said.items()))

    def day(self, key: str, said: object) -> date | None:
        if said is None or isinstance(said, date):
            return said
        try:
            return date.fromisoformat(str(said))
        except ValueError:
            raise self.wrong(key, say('应为日期，如 "1960-01-01"')) from None

    def number(self, key: str, said: object) -> Decimal:
        try:
            return Decimal(str(said))
        except InvalidOperation:
            raise self.wrong(key, say("应为数字，如 1000 或 0.01")) from None

    def whole(self, key: str, said: object) -> int:
        if not isinstance(said, int) or said < 1:
            raise self.wrong(key, say("应为正整数"))
        return said

    def refusal(self, key: str, said: dict[str, Any]) -> Refusal:
        self.only(said, {"when", "because"}, key)
        if not said.get("when") or not said.get("because"):
            raise self.wrong(key, say("when 和 because 都要写"))
        return Refusal(self.when(f"{key}.when", said["when"]), str(said["because"]))

    def only(self, said: object, keys: set[str], key: str) -> None:
        if not isinstance(said, dict):
            raise self.wrong(key, say("应为一个表"))
        for unknown in said.keys() - keys:
            raise self.wrong(
                f"{key}.{unknown}".lstrip("."), say("不认识；这里可以写 %(names)s", names=listed(sorted(keys)))
            )

    def wrong(self, key: str, message: str) -> WrongMapping:
        return WrongMapping(message, where=say("%(file)s 的 %(key)s", file=self.file, key=key))
