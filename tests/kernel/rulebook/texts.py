"""Rule book texts for tests: the shipped one, changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from baohou.kernel.rulebook.faults import Fault
from baohou.kernel.rulebook.reading import read_text
from baohou.kernel.rulebook.registry import shipped_files


def shipped() -> str:
    """The text of the shipped rule set PGM of 2016-04-01."""
    (file,) = shipped_files()
    return file.read_text("utf-8")


def changed(*changes: tuple[str, str]) -> str:
    """The shipped text with each first text replaced, where it first stands, by the second."""
    text = shipped()
    for old, new in changes:
        assert old in text, f"the shipped text does not say {old!r}"
        text = text.replace(old, new, 1)
    return text


def version(effective_on: date, until: date | None = None, *changes: tuple[str, str]) -> str:
    """The shipped rules as a version of other days, named after its effective day."""
    days = (
        ("name: 2016-04-01", f"name: {effective_on}"),
        ("effective_on: 2016-04-01", f"effective_on: {effective_on}"),
        ("until: 直至被替代", f"until: {until or '直至被替代'}"),
    )
    return changed(*days, *changes)


def with_exceptions(*lines: str) -> str:
    """The shipped text with these lines (indented from the item's dash) as the exceptions of PGM.3."""
    end = "        reference: 第三条第（一）款第1项：业务发生后15天内\n"
    block = "".join(f"          {line}\n" for line in lines)
    return changed((end, f"{end}        exceptions:\n{block}"))


def line_of(text: str, part: str) -> int:
    """The line on which a part of a text first stands."""
    assert part in text
    return text[: text.index(part)].count("\n") + 1


def faults_of(text: str) -> list[Fault]:
    return list(read_text(text).faults)


def write(folder: Path, text: str, name: str = "rules.yaml") -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    return file
