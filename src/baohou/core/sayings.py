"""Sentences in Chinese that remember how they were made, so that doors can say them in another language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


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
