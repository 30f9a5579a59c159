"""Sentences in the reader's language: what errors and explanations say is Chinese until a door says it to someone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import models
from django.utils import translation
from django.utils.translation import gettext, ngettext

from baohou.core.sayings import Said, as_kept, from_kept, together

if TYPE_CHECKING:
    _Text = models.TextField[str, str]
else:
    _Text = models.TextField
_KEPT: Final = '{"template": '
"""How a sentence begins in the database that remembers what it was made of; a plain text like it is kept as a value."""


def in_words(sentence: str) -> str:
    """A sentence in the language of whoever reads; names and numbers in it stay as they are.

    A text that nobody has translated (what people wrote, the words of a rule) is given back.
    """
    if not isinstance(sentence, Said):
        return gettext(sentence) if sentence else ""
    template = _template(sentence)
    if not sentence.values:
        return template
    return template % {name: in_words(one) if isinstance(one, Said) else one for name, one in sentence.values.items()}


def told(kept: Any) -> Any:
    """JSON as the reader reads it: whatever sentence is kept in it is said in the reader's language."""
    if isinstance(kept, dict):
        if "template" in kept and "values" in kept:
            return in_words(from_kept(kept))
        return {name: told(one) for name, one in kept.items()}
    return [told(one) for one in kept] if isinstance(kept, list) else kept


def _template(sentence: Said) -> str:
    if not sentence.template:
        return ""
    if sentence.many is None:
        return gettext(sentence.template)
    return ngettext(sentence.template, sentence.template, sentence.many)


def languages() -> set[str]:
    """The codes of the languages of this installation."""
    return {code for code, _title in settings.LANGUAGES}


@contextmanager
def spoken(language: str) -> Iterator[None]:
    """Sentences made within are said in a language of this installation; in its own when there is no such one."""
    with translation.override(language if language in languages() else settings.LANGUAGE_CODE):
        yield


class SaidField(_Text):
    """A sentence that may have been made of a template and values: kept with them, read as ``Said``.

    What has neither, and rows of before, are kept and read as plain texts.
    """

    def get_prep_value(self, value: Any) -> Any:
        """The sentence as the database keeps it."""
        if isinstance(value, str) and value.startswith(_KEPT):
            value = together([str(value)])
        if isinstance(value, Said) and value.values:
            return json.dumps(as_kept(value), ensure_ascii=False)
        return super().get_prep_value(str(value) if isinstance(value, Said) else value)

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        """The sentence, ready to be said in the reader's language."""
        return from_kept(json.loads(value)) if value is not None and value.startswith(_KEPT) else value


def plain_before(app: str, model: str, **longest: int) -> Callable[[Any, object], None]:
    """What a migration does on its way back: fields of a model hold plain Chinese again, cut to their length then."""

    def make_plain(apps: Any, schema: object) -> None:
        rows = apps.get_model(app, model).objects
        for row in rows.only("pk", *longest).iterator():
            held = {name: getattr(row, name) for name in longest}
            plain = {name: _plain(one)[:most] for (name, most), one in zip(longest.items(), held.values(), strict=True)}
            if plain != held or any(isinstance(one, Said) for one in held.values()):
                rows.filter(pk=row.pk).update(**plain)

    return make_plain


def _plain(kept: Any) -> Any:
    """A sentence, or a list of lists of them, as the release before could read it."""
    if isinstance(kept, list):
        return [_plain(one) for one in kept]
    return str(from_kept(kept))
