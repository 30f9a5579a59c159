"""What partners can be told of the day: that it was run, or that it could not be."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from baohou.kernel.hooks.emitting import emit
from baohou.kernel.hooks.events import Event, register


@register
class DayFinished(Event):
    """All steps of a business day were run: what the API tells is as of this day. A day run again tells it again."""

    type = "day.finished"
    title = _("日终办完")

    run: int
    on: date


@register
class DayFailed(Event):
    """A step of a business day failed and was undone; what the API tells is as of the last day that was run."""

    type = "day.failed"
    title = _("日终没有办成")

    run: int
    on: date


def tell_finished(*, run: int, on: date) -> None:
    """Tell that a day was run."""
    emit(DayFinished(run=run, on=on))


def tell_failed(*, run: int, on: date) -> None:
    """Tell that a day could not be run."""
    emit(DayFailed(run=run, on=on))
