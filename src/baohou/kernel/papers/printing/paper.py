"""A form to be printed: a template and what it shows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.template.loader import render_to_string

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


@dataclass(frozen=True)
class Paper:
    """One form. ``sheet`` names its worksheet; names are cut and made unique when they are written."""

    template: str
    context: Mapping[str, object]
    sheet: str

    def html(self) -> str:
        """The form as HTML, without characters that no printer shows."""
        return _UNPRINTABLE.sub("", render_to_string(self.template, dict(self.context)))
