"""What was done with a report last: handed in, returned, accepted; nothing for imported history."""

from __future__ import annotations

from django.db.models import OuterRef, QuerySet, Subquery

from baohou.guarantee.models import FilingStep


def last_verb() -> Subquery:
    """For filings: the verb of the last step, null without one."""
    return Subquery(_newest_first("pk").values("verb")[:1])


def last_steps() -> QuerySet[FilingStep]:
    """The last step of every filing that has one, with who took it."""
    return FilingStep.objects.filter(pk=Subquery(_newest_first("filing").values("pk")[:1])).select_related("by")


def _newest_first(filing: str) -> QuerySet[FilingStep]:
    return FilingStep.objects.filter(filing=OuterRef(filing)).order_by("-pk")
