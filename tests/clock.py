"""What day it is, as the house sees it."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone


def set_today(patch: pytest.MonkeyPatch, today: date) -> None:
    """Have the house take a day for today; a moment that is given keeps its own day."""
    patch.setattr(timezone, "localdate", lambda value=None, tz=None: value.date() if value else today)
