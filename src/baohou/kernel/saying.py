"""Sentences in the reader's language: what errors and explanations say is Chinese until a door says it to someone."""

from __future__ import annotations

from django.utils.translation import gettext

from baohou.core.sayings import Said


def in_words(sentence: str) -> str:
    """A sentence in the language of whoever reads; names and numbers in it stay as they are.

    A text that nobody has translated (what people wrote, the words of a rule) is given back.
    """
    if not isinstance(sentence, Said):
        return gettext(sentence) if sentence else ""
    template = gettext(sentence.template) if sentence.template else ""
    if not sentence.values:
        return template
    return template % {name: in_words(one) if isinstance(one, Said) else one for name, one in sentence.values.items()}
