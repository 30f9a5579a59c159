"""Telling someone to stand in for another."""

from __future__ import annotations

from django.urls import reverse

from baohou.core.sayings import say
from baohou.kernel.notices.kinds import DEPUTY_NAMED
from baohou.kernel.notices.services import tell
from baohou.kernel.people.models import Deputy


def tell_deputy(deputy: Deputy) -> None:
    """Tell the deputy, but nobody who stands in for the deputy."""
    tell(
        person=deputy.deputy,
        kind=DEPUTY_NAMED.code,
        key=f"deputy:{deputy.pk}",
        title=say(
            "请您代%(name)s办理：%(first_on)s 至 %(last_on)s",
            name=deputy.staff.name,
            first_on=deputy.first_on,
            last_on=deputy.last_on,
        ),
        text=say(
            "原因：%(because)s。这段时间%(name)s的应办事项和通知也会给您。",
            because=deputy.because,
            name=deputy.staff.name,
        ),
        url=reverse("people.one", args=[deputy.staff_id]),
        on=deputy.first_on,
    )
