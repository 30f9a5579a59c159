"""Log lines as JSON, one object a line, without what people typed or are called."""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final

from baohou.kernel.watch.tracing import current_number

_OWN: Final = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "request"}
_NOT_ASCII: Final = re.compile(r"[^\x20-\x7e]+")
_LONG_NUMBER: Final = re.compile(r"\d{5,}[\dXx]?")
_VALUE: Final = re.compile(r"\"(?![a-z_.]+\")[^\"]*\"|'(?![a-z_.]+')[^']*'|=\([^)]*\)")
_LONGEST: Final = 300


def masked(text: str) -> str:
    """The first line of a fault's own words without Chinese, long numbers and quoted values: those may be a person's.

    What is quoted and looks like the name of a table or constraint stays.
    """
    first = text.split("\n", 1)[0]
    for pattern in (_NOT_ASCII, _VALUE, _LONG_NUMBER):
        first = pattern.sub("…", first)
    return first[:_LONGEST]


def told_fault(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> dict[str, Any]:
    """A fault by its type, its masked words, and where it went through our code and others', innermost last."""
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
    return {"type": f"{kind.__module__}.{kind.__qualname__}", "said": masked(str(fault)), "frames": frames}


def words_of(record: logging.LogRecord) -> str:
    """What a record says; a fault that it names is masked."""
    given = record.args
    if not given:
        return record.getMessage()
    if isinstance(given, Mapping):
        told: object = {name: _masked_fault(value) for name, value in given.items()}
    else:
        told = tuple(_masked_fault(value) for value in given)
    return str(record.msg) % told


def _masked_fault(value: object) -> object:
    return masked(str(value)) if isinstance(value, BaseException) else value


def fault_lines(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> str:
    """A fault in lines, without the values that its own words may hold."""
    told = told_fault(kind, fault, trace)
    return "\n".join([*(f"  {frame}" for frame in told["frames"]), f"{told['type']}: {told['said']}"])


def say_fault(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    """How a command that breaks tells of it; an interruption as ever."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, fault, trace)
    else:
        sys.stderr.write(fault_lines(kind, fault, trace) + "\n")


class JsonLines(logging.Formatter):
    """``at`` (UTC), ``level``, ``logger``, ``event``, ``number``, and whatever the caller gave by ``extra``."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": words_of(record),
        }
        if number := current_number():
            line["number"] = number
        line.update({key: value for key, value in record.__dict__.items() if key not in _OWN})
        if record.exc_info and record.exc_info[0] and record.exc_info[1]:
            line["fault"] = told_fault(*record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class PlainLines(logging.Formatter):
    """For a terminal: the words, with the number in front when there is one; of a fault what JsonLines says, too."""

    def format(self, record: logging.LogRecord) -> str:
        said = logging.makeLogRecord({**record.__dict__, "msg": words_of(record), "args": None, "exc_text": None})
        number = current_number()
        return f"{number} {super().format(said)}" if number else super().format(said)

    def formatException(self, ei: Any) -> str:  # noqa: N802  (its name in logging)
        kind, fault, trace = ei
        return fault_lines(kind, fault, trace) if kind and fault else ""
