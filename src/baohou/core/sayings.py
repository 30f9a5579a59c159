"""Sentences in Chinese that remember how they were made, so that doors can say them in another language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

_PLAIN: Final = (int, float, type(None))


class Said(str):
    """A sentence as it reads in Chinese; ``template`` and ``values`` are what it was made of."""

    template: str
    values: Mapping[str, Any]


def together(sentences: Iterable[str], between: str = "") -> Said:
    """Several sentences as one; each is said in the reader's language."""
    parts = {f"part{number}": one for number, one in enumerate(sentences)}
    return say(between.join(f"%({name})s" for name in parts), **parts)


def say(template: str, **values: Any) -> Said:
    """The sentence that the template gives with these values (``%(name)s``); without values the template itself.

    Values that are ``Said`` are said in the reader's language, too; all others are names and numbers.
    """
    said = Said(template % values if values else template)
    said.template, said.values = template, values
    return said


def as_kept(sentence: str) -> Any:
    """A sentence as JSON keeps it, with what it was made of; a text without a template is kept as it is."""
    if not isinstance(sentence, Said):
        return str(sentence)
    values = {name: _value_kept(one) for name, one in sentence.values.items()}
    return {"template": sentence.template, "values": values}


def from_kept(kept: Any) -> str:
    """The sentence that ``as_kept`` wrote down, ready to be said in the reader's language."""
    if not isinstance(kept, dict):
        return str(kept)
    values = {name: from_kept(one) if isinstance(one, dict) else one for name, one in kept["values"].items()}
    return say(kept["template"], **values)


def _value_kept(value: Any) -> Any:
    return as_kept(value) if isinstance(value, Said) else value if isinstance(value, _PLAIN) else str(value)
