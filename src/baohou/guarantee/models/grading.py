"""Grades proposed for a quarter's last day, and who does what by when for a client graded watch or risk."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from baohou.guarantee.rules.words import Grade


class Proposal(models.Model):
    """The grade proposed for a client on a quarter's last day (PGM.8).

    A draft until its department's table is handed in, the client's grade of that day once the table is accepted. Each
    writing of it is an act of its own, and the act's number tells two writings apart. ``stated`` is the client's row of
    the table as it was handed in; empty before.
    """

    client = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False)
    quarter = models.DateField(help_text="the last day of the quarter")
    department = models.ForeignKey("people.Department", on_delete=models.PROTECT, related_name="+", db_index=False)
    grade = models.PositiveSmallIntegerField(choices=Grade.choices())
    because = models.TextField(blank=True)
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+", db_index=False)
    stated = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "quarter"], name="one_proposal_per_client_and_quarter"),
            models.CheckConstraint(condition=Q(grade__in=Grade.numbers()), name="proposed_grade_is_one_of_four"),
        ]
        indexes = [models.Index(fields=["department", "quarter"], name="proposals_of_a_table")]

    def __str__(self) -> str:
        return f"{self.get_grade_display()} {self.quarter}"


class MeasureAction(models.Model):
    """One action of a disposal measure: what is done, by whom, by when (PGM.10)."""

    measure = models.ForeignKey("guarantee.Measure", on_delete=models.CASCADE, related_name="actions")
    text = models.TextField("要办的事")
    responsible = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    done_on = models.DateField(null=True)
    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="an_action_says_what_is_done")]
        indexes = [
            models.Index(fields=["due_on", "id"], condition=Q(done_on__isnull=True), name="action_still_to_do"),
            models.Index(
                fields=["responsible", "due_on", "id"], condition=Q(done_on__isnull=True), name="action_of_person_to_do"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.text} {self.due_on}"
