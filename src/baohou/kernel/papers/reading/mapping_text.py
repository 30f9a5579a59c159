"""Writing a mapping as the text of a mapping file, as load_mapping reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping as MappingOf
from datetime import date
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_WIDE = 110


def write_mapping(said: MappingOf[str, Any], *, about: str = "") -> str:
    """The nested tables of a mapping (file, columns, constants, refuse) as TOML; ``about`` opens it as a comment."""
    parts = [f"# {' '.join(about.split())}"] if about else []
    for table in ("file", "columns", "constants"):
        if said.get(table):
            lines = [f"{_key(key)} = {_value(value)}" for key, value in said[table].items()]
            parts.append("\n".join([f"[{table}]", *lines]))
    for refusal in said.get("refuse", ()):
        parts.append("\n".join(["[[refuse]]", *(f"{_key(key)} = {_value(value)}" for key, value in refusal.items())]))
    return "\n\n".join(parts) + "\n"


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, MappingOf):
        return "{ " + ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return _list([_value(one) for one in value])
    return str(value) if isinstance(value, int | float) else _text(str(value))


def _list(items: list[str]) -> str:
    line = f"[{', '.join(items)}]"
    return line if len(line) <= _WIDE else "[\n" + "".join(f"    {item},\n" for item in items) + "]"


def _text(text: str) -> str:
    """A basic string: JSON's escapes are TOML's too, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
