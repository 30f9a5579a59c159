"""Sentences in Chinese that remember how they were made, so that doors can say them in another language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

AND: Final = "%(one)s、%(other)s"
THEN: Final = "%(one)s，%(other)s"
FURTHER: Final = "%(one)s；%(other)s"
OR: Final = "%(one)s或%(other)s"
ALSO: Final = "%(one)s且%(other)s"
_PLAIN: Final = (int, float, type(None))


class Said(str):
    """A sentence as it reads in Chinese; ``template`` and ``values`` are what it was made of.

    ``many`` is the number that decides between singular and plural in languages that know them; None without one.
    """

    template: str
    values: Mapping[str, Any]
    many: int | None = None


def together(sentences: Iterable[str], between: str = "") -> Said:
    """Several sentences as one, each in the reader's language; ``between`` is a mark that no language writes otherwise.

    What a language joins in its own way (、，；) goes by ``listed``.
    """
    assert not set(between) & set("、，；。："), "a Chinese mark would stay in every language: see listed"
    parts = {f"part{number}": one for number, one in enumerate(sentences)}
    return say(between.join(f"%({name})s" for name in parts), **parts)


def listed(sentences: Iterable[str], joint: str = AND) -> Said | str:
    """Several sentences or names in a row, joined as the reader's language does it; ``joint`` is one of the above."""
    said: Said | str = ""
    for one in sentences:
        said = say(joint, one=said, other=one) if said else one
    return said


def say(template: str, **values: Any) -> Said:
    """The sentence that the template gives with these values (``%(name)s``); without values the template itself.

    Values that are ``Said`` are said in the reader's language, too; all others are names and numbers.
    """
    said = Said(template % values if values else template)
    said.template, said.values = template, values
    return said


def say_many(template: str, many: int, **values: Any) -> Said:
    """The sentence that the template gives, told of so many: one is said otherwise than several where that is usual."""
    said = say(template, **values)
    said.many = many
    return said


def blank(sentence: str) -> str:
    """The sentence with … for each name and number in it: what sentences of one kind have in common."""
    if not isinstance(sentence, Said):
        return sentence
    values = {name: blank(one) if isinstance(one, Said) else "…" for name, one in sentence.values.items()}
    return say(sentence.template, **values)


def as_kept(sentence: str) -> Any:
    """A sentence as JSON keeps it, with what it was made of; a text without a template is kept as it is."""
    if not isinstance(sentence, Said):
        return str(sentence)
    values = {name: _value_kept(one) for name, one in sentence.values.items()}
    kept = {"template": sentence.template, "values": values}
    return kept if sentence.many is None else {**kept, "many": sentence.many}


def from_kept(kept: Any) -> str:
    """The sentence that ``as_kept`` wrote down, ready to be said in the reader's language."""
    if not isinstance(kept, dict):
        return str(kept)
    values = {name: from_kept(one) if isinstance(one, dict) else one for name, one in kept["values"].items()}
    said = say(kept["template"], **values)
    said.many = kept.get("many")
    return said


def _value_kept(value: Any) -> Any:
    return as_kept(value) if isinstance(value, Said) else value if isinstance(value, _PLAIN) else str(value)
