"""Visits made, and special visits ordered."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from baohou.guarantee.models.guarantees import Guarantee
from baohou.guarantee.rules.words import Urgency, VisitKind


class Visit(models.Model):
    """A visit made: methods (PGM.6) and findings (PGM.3a, PGM.5a) are kept by their codes."""

    client = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="visits", db_index=False)
    guarantee = models.ForeignKey(
        Guarantee, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    visited_on = models.DateField(db_index=True)
    kind = models.PositiveSmallIntegerField(choices=VisitKind.choices())
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    methods = models.TextField(blank=True)
    summary = models.TextField(blank=True)
    findings = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    act = models.ForeignKey("audit.Act", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "visited_on", "kind", "guarantee"],
                name="one_visit_per_client_project_day_and_kind",
                condition=Q(guarantee__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["client", "visited_on", "kind"],
                name="one_visit_per_client_day_and_kind",
                condition=Q(guarantee__isnull=True),
            ),
            models.CheckConstraint(condition=Q(kind__in=VisitKind.numbers()), name="visit_has_a_known_kind"),
            models.CheckConstraint(
                condition=~Q(kind=VisitKind.ROUTINE) | Q(guarantee__isnull=False),
                name="routine_visit_names_its_guarantee",
            ),
        ]
        indexes = [models.Index(fields=["client", "visited_on"], name="visit_client_day")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.visited_on}"


class SpecialOrder(models.Model):
    """A special visit ordered (PGM.5)."""

    client = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="special_orders", db_index=False)
    ordered_on = models.DateField(db_index=True)
    urgency = models.PositiveSmallIntegerField(choices=Urgency.choices())
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    because = models.TextField(blank=True)
    act = models.ForeignKey("audit.Act", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "ordered_on"], name="one_order_per_client_and_day"),
            models.CheckConstraint(condition=Q(urgency__in=Urgency.numbers()), name="order_has_a_known_urgency"),
        ]

    def __str__(self) -> str:
        return f"{self.get_urgency_display()} {self.ordered_on}"
