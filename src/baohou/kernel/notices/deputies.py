"""Telling someone to stand in for another."""

from __future__ import annotations

from django.urls import reverse

from baohou.kernel.notices.kinds import DEPUTY_NAMED
from baohou.kernel.notices.services import tell
from baohou.kernel.people.models import Deputy


def tell_deputy(deputy: Deputy) -> None:
    """Tell the deputy, but nobody who stands in for the deputy."""
    tell(
        person=deputy.deputy,
        kind=DEPUTY_NAMED.code,
        key=f"deputy:{deputy.pk}",
        title=f"请您代{deputy.staff.name}办理：{deputy.first_on} 至 {deputy.last_on}",
        text=f"原因：{deputy.because}。这段时间{deputy.staff.name}的应办事项和通知也会给您。",
        url=reverse("people.one", args=[deputy.staff_id]),
        on=deputy.first_on,
    )
