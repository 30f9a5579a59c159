"""Chinese first, and all of it in English too."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from tests.desk.messages import SOURCE, every_message


def _catalog() -> Catalog:
    with Path(SOURCE / "locale/en/LC_MESSAGES/django.po").open("rb") as file:
        return read_po(file)


def _texts(value: object) -> list[str]:
    return [str(text) for text in value] if isinstance(value, tuple | list) else [str(value)]


def test_every_sentence_of_the_pages_has_an_english_one() -> None:
    """Whatever a page says by gettext, and each word of the domain, is in the catalog."""
    known = {_texts(message.id)[0]: message for message in _catalog() if message.id}
    lacking = sorted(text for text in every_message() if text not in known or not all(_texts(known[text].string)))
    assert lacking == []


def test_a_translation_names_the_same_values() -> None:
    """%(client)s in Chinese is %(client)s in English, as often."""
    for message in _catalog():
        for text in _texts(message.string):
            if message.id:
                wanted = Counter(re.findall(r"%\(\w+\)s", _texts(message.id)[0]))
                assert set(Counter(re.findall(r"%\(\w+\)s", text))) == set(wanted), message.id


def test_no_english_text_is_left_over() -> None:
    """A sentence that no page says any more leaves the catalog."""
    assert (
        sorted(
            _texts(message.id)[0]
            for message in _catalog()
            if message.id and _texts(message.id)[0] not in every_message()
        )
        == []
    )
