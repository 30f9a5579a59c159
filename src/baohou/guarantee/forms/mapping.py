"""The form that says how each of our columns is made from the columns of a file; its content is a mapping file's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final

from baohou.core.sayings import say
from baohou.kernel.papers.reading import Column, read_date, read_fen
from baohou.kernel.papers.reading.cells import half_width
from baohou.kernel.papers.reading.mapping import WrongMapping
from baohou.kernel.papers.reading.peeking import Peek, propose

FIXED: Final = "="
"""Chosen instead of a header: the same value in every row."""
_UNITS: Final = {"亿元": 10**8, "百万元": 10**6, "万元": 10**4, "千元": 10**3}
_STEPS: Final = ("first", "times", "days_since", "plus_months", "plus_days", "prefix")
FILE: Final = ("sheet", "header_row", "encoding", "delimiter")


@dataclass
class CaseRow:
    """One way to make a value, as typed: ``source`` is a header, FIXED, or empty for none."""

    source: str = ""
    always: str = ""
    when: str = ""
    first: str = ""
    words: str = ""
    times: str = ""
    days_since: str = ""
    plus_months: str = ""
    plus_days: str = ""
    prefix: str = ""

    @property
    def converts(self) -> bool:
        """Whether anything beyond the choice of a header is said."""
        return any(getattr(self, one.name) for one in fields(self) if one.name not in ("source", "always"))

    @property
    def says_something(self) -> bool:
        return bool(self.source or self.when)


@dataclass
class ColumnRow:
    """One of our columns with the ways to make it; ``known`` is the header where it is found without a mapping."""

    column: Column
    cases: list[CaseRow]
    known: str = ""
    sample: list[str] = field(default_factory=list)

    @property
    def is_day(self) -> bool:
        return self.column.read is read_date

    @property
    def is_sum(self) -> bool:
        return self.column.read is read_fen


@dataclass
class RefusalRow:
    """Rows that are not to be taken, as typed."""

    when: str = ""
    because: str = ""


@dataclass
class MappingForm:
    """What the page shows and what was typed; ``file`` holds the sheet, header row, encoding and delimiter."""

    rows: list[ColumnRow]
    refusals: list[RefusalRow]
    file: dict[str, str]

    @classmethod
    def of(cls, said: Mapping[str, Any], *, columns: Sequence[Column], peek: Peek) -> MappingForm:
        """The form that a mapping fills in; columns that it doesn't name stand at their known header."""
        known = _known(columns, peek)
        rows = [ColumnRow(column, _cases(said, column.code, known), known.get(column.code, "")) for column in columns]
        refusals = [RefusalRow(_when_text(one["when"]), one["because"]) for one in said.get("refuse", ())]
        file = {key: str(value) for key, value in said.get("file", {}).items()}
        return cls(rows, refusals, file)._with_samples(peek)

    @classmethod
    def proposed(cls, *, columns: Sequence[Column], peek: Peek) -> MappingForm:
        """The form with the headers that are known or look alike."""
        known = _known(columns, peek)
        proposal: dict[str, Any] = dict(propose(columns=columns, headers=peek.headers, matched=known))
        for column in columns:
            header = proposal.get(column.code, "")
            if header != known.get(column.code, "") and column.read is read_fen and (times := times_of(header)):
                proposal[column.code] = {"from": header, "times": times}
        return cls.of({"columns": proposal}, columns=columns, peek=peek)

    @classmethod
    def typed(cls, posted: Mapping[str, str], *, columns: Sequence[Column], peek: Peek) -> MappingForm:
        """The form as it was sent, right or wrong."""
        known = _known(columns, peek)
        rows = [ColumnRow(c, _typed_cases(posted, c.code), known.get(c.code, "")) for c in columns]
        count = _count(posted, "refuse-{}-when")
        typed = [
            RefusalRow(posted.get(f"refuse-{i}-when", "").strip(), posted.get(f"refuse-{i}-because", "").strip())
            for i in range(count)
        ]
        refusals = [one for one in typed if one.when or one.because]
        return cls(rows, refusals, typed_file(posted))._with_samples(peek)

    def add_case(self, code: str) -> None:
        """Another way to make a column, for the rows of another condition."""
        for row in self.rows:
            if row.column.code == code:
                row.cases.append(CaseRow())

    def said(self) -> dict[str, Any]:
        """What the form says, as the nested tables of a mapping file; WrongMapping names a line that can't be read."""
        columns: dict[str, Any] = {}
        constants: dict[str, str] = {}
        for row in self.rows:
            cases = [case for case in row.cases if case.says_something]
            if not cases and row.known:
                constants[row.column.code] = ""
            elif len(cases) == 1 and cases[0].source == FIXED and not cases[0].when:
                constants[row.column.code] = cases[0].always
            elif len(cases) == 1:
                made = _said_case(cases[0], row.column)
                if made == row.known and row.column.units:
                    continue  # unmapped, a header that names a unit is read in that unit
                _check_unit(cases[0], row)
                columns[row.column.code] = made
            elif cases:
                columns[row.column.code] = [_said_table(case, row.column) for case in cases]
        refuse = [{"when": _when(one.when, "refuse"), "because": one.because} for one in self.refusals]
        file: dict[str, Any] = dict(self.file)
        if file.get("header_row"):
            file["header_row"] = header_row(file["header_row"])
        tables = {"file": file, "columns": columns, "constants": constants, "refuse": refuse}
        return {name: table for name, table in tables.items() if table}

    def _with_samples(self, peek: Peek) -> MappingForm:
        for row in self.rows:
            source = row.cases[0].source
            row.sample = peek.sample_of(source) if source in peek.headers else []
        return self


def times_of(header: str) -> int | None:
    """By how much sums under this header have to be multiplied to be in yuan; None when it names no such unit."""
    text = half_width(header)
    return next((times for unit, times in _UNITS.items() if unit in text), None)


def typed_file(posted: Mapping[str, str]) -> dict[str, str]:
    """What was typed about the file itself; empty fields are left out."""
    typed = {key: posted.get(f"file-{key}", "") for key in FILE}
    return {key: value if key == "delimiter" else value.strip() for key, value in typed.items() if value.strip(" ")}


def header_row(text: str) -> int:
    """The number of the header's row; WrongMapping when it is none."""
    if not text.isdecimal() or int(text) < 1:
        raise WrongMapping(say("表头所在的行应为正整数"), where=say("表头行"))
    return int(text)


def _known(columns: Sequence[Column], peek: Peek) -> dict[str, str]:
    """The headers found without a mapping; a column that two headers fit has to be chosen."""
    fitting = {c.code: [h for h in peek.headers if h and c.reader_for(h) is not None] for c in columns}
    return {code: header for code, header in peek.matched.items() if len(fitting[code]) == 1}


def _cases(said: Mapping[str, Any], code: str, known: Mapping[str, str]) -> list[CaseRow]:
    if code in said.get("constants", {}):
        return [CaseRow(source=FIXED, always=str(said["constants"][code]))]
    value = said.get("columns", {}).get(code)
    if value is None:
        return [CaseRow(source=known.get(code, ""))]
    return [_case_row(one) for one in (value if isinstance(value, list) else [value])]


def _case_row(said: Any) -> CaseRow:
    if isinstance(said, str):
        return CaseRow(source=said)
    texts = {key: str(said[key]) for key in _STEPS if key in said}
    words = "\n".join(f"{theirs} = {ours}" for theirs, ours in said.get("words", {}).items())
    source = FIXED if "always" in said else said["from"]
    return CaseRow(
        source=source, always=str(said.get("always", "")), when=_when_text(said.get("when", {})), words=words, **texts
    )


def _typed_cases(posted: Mapping[str, str], code: str) -> list[CaseRow]:
    count = _count(posted, f"{code}-{{}}-source")
    return [_typed_case(posted, f"{code}-{i}") for i in range(count)] or [CaseRow()]


def _typed_case(posted: Mapping[str, str], place: str) -> CaseRow:
    """One case as typed; blanks around what is put into cells as it is belong to it."""
    typed = {one.name: posted.get(f"{place}-{one.name}", "") for one in fields(CaseRow)}
    return CaseRow(**{name: text if name in ("always", "prefix") else text.strip() for name, text in typed.items()})


def _count(posted: Mapping[str, str], name: str) -> int:
    count = 0
    while name.format(count) in posted:
        count += 1
    return count


def _said_case(case: CaseRow, column: Column) -> Any:
    """A case without more than a header is the header."""
    return _said_table(case, column) if case.converts else case.source


def _said_table(case: CaseRow, column: Column) -> dict[str, Any]:
    when = {"when": _when(case.when, column.header)} if case.when else {}
    if case.source == FIXED:
        return {**when, "always": case.always}
    if not case.source:
        raise WrongMapping(say("写了条件，还要选取哪一列，或选“固定值”"), where=column.header)
    said: dict[str, Any] = {**when, "from": case.source}
    if case.first:
        said["first"] = _number(case.first, column.header)
    if case.words:
        said["words"] = _words(case.words, column.header)
    for name in ("times", "days_since", "prefix"):
        if getattr(case, name):
            said[name] = getattr(case, name)
    for name in ("plus_months", "plus_days"):
        if text := getattr(case, name):
            said[name] = int(text) if text.removeprefix("-").isdecimal() else text
    return said


def _check_unit(case: CaseRow, row: ColumnRow) -> None:
    """Sums under a header that says 万元 are not read as yuan."""
    times = times_of(case.source)
    if row.is_sum and times and not case.times:
        unit = say("列名“%(source)s”不是以元为单位，请在换算里写“乘以 %(times)s”", source=case.source, times=times)
        raise WrongMapping(unit, where=row.column.header)


def _number(text: str, where: str) -> int:
    if not text.isdecimal():
        raise WrongMapping(say("“取前几个字”应为正整数"), where=where)
    return int(text)


def _words(text: str, where: str) -> dict[str, str]:
    pairs = [_split(line, where) for line in text.splitlines() if line.strip()]
    return dict(pairs)


def _when(text: str, where: str) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for line in text.splitlines():
        if line.strip():
            header, value = _split(line, where)
            words = [word.strip() for word in value.split("|")]
            said[header] = words if len(words) > 1 else words[0]
    return said


def _when_text(said: Mapping[str, Any]) -> str:
    return "\n".join(
        f"{header} = {' | '.join(map(str, words)) if isinstance(words, list) else words}".rstrip()
        for header, words in said.items()
    )


def _split(line: str, where: str) -> tuple[str, str]:
    left, mark, right = line.partition("=")
    if not mark or not left.strip():
        raise WrongMapping(say("“%(line)s”应写成：左边 = 右边", line=line.strip()), where=where)
    return left.strip(), right.strip()
