"""Duties: who owes which act on what, by when, under which version; as seen on the last business day run."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Duty(models.Model):
    """One duty. Every column is derived by a room's rules from facts; nothing here is edited by hand.

    ``key`` is the natural key packed into one integer: kind, first day, subject (see core.columns.pack_key).
    """

    key = models.BigIntegerField(primary_key=True)
    kind = models.PositiveSmallIntegerField(help_text="rooms register their kinds with kernel.duties.kinds")
    party = models.ForeignKey(
        "parties.Party", null=True, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    subject_id = models.BigIntegerField(null=True, help_text="the room's own number of what the duty is about")
    department = models.ForeignKey(
        "people.Department", null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    owner = models.ForeignKey(
        "people.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    version = models.ForeignKey(
        "rulebook.RuleVersion", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    opens_on = models.DateField()
    due_on = models.DateField()
    done_on = models.DateField(null=True)
    lapsed_on = models.DateField(null=True)

    class Meta:
        verbose_name_plural = "应办事项"
        constraints = [
            models.CheckConstraint(condition=Q(due_on__gte=F("opens_on")), name="duty_is_due_after_it_opens"),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True) | Q(lapsed_on__isnull=True), name="duty_is_done_or_lapsed_not_both"
            ),
        ]
        indexes = [
            models.Index(fields=["party"], name="duty_party"),
            models.Index(fields=["due_on", "key"], name="duty_by_due_day"),
            models.Index(fields=["owner", "due_on", "key"], name="duty_of_owner"),
            models.Index(
                fields=["owner", "due_on"],
                condition=Q(done_on__isnull=True, lapsed_on__isnull=True),
                name="duty_worklist",
            ),
            models.Index(
                fields=["due_on", "key"],
                condition=Q(done_on__isnull=True, lapsed_on__isnull=True, owner__isnull=True),
                name="duty_of_nobody_to_do",
            ),
            models.Index(
                fields=["department", "due_on", "key"],
                condition=Q(done_on__isnull=True, lapsed_on__isnull=True),
                name="duty_of_department_to_do",
            ),
            models.Index(
                fields=["party", "due_on", "key"],
                condition=Q(done_on__isnull=True, lapsed_on__isnull=True),
                name="duty_of_client_to_do",
            ),
            models.Index(
                fields=["due_on", "key"],
                condition=Q(done_on__isnull=True, lapsed_on__isnull=True),
                name="duty_to_come_due",
            ),
            models.Index(
                fields=["kind", "due_on", "key"],
                condition=Q(done_on__isnull=True, lapsed_on__isnull=True),
                name="duty_of_kind_to_come_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_on}"
