"""Grades of clients, and the disposal measures for those graded watch or risk."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from baohou.guarantee.rules.words import Grade


class GradeChange(models.Model):
    client = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="grade_changes", db_index=False)
    grade = models.PositiveSmallIntegerField(choices=Grade.choices())
    effective_on = models.DateField(db_index=True)
    because = models.TextField(blank=True)
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    act = models.ForeignKey("audit.Act", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "effective_on"], name="one_grade_per_client_and_day"),
            models.CheckConstraint(condition=Q(grade__in=Grade.numbers()), name="grade_is_one_of_four"),
        ]
        indexes = [models.Index(fields=["grade", "effective_on", "id"], name="latest_of_a_grade")]

    def __str__(self) -> str:
        return f"{self.get_grade_display()} {self.effective_on}"


class Measure(models.Model):
    """The disposal measure for a client graded watch or risk at a quarter's end, with those who conferred (PGM.10)."""

    client = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="measures")
    quarter = models.DateField(help_text="the last day of the quarter")
    text = models.TextField("处置措施")
    department_manager = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    manager_a = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    manager_b = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    filed_on = models.DateField()
    act = models.ForeignKey("audit.Act", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "quarter"], name="one_measure_per_client_and_quarter")]

    def __str__(self) -> str:
        return f"{self.client} {self.quarter}"
