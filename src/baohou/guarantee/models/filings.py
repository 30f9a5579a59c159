"""What a department files each quarter."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from baohou.guarantee.rules.words import FilingKind, FilingVerb


class Filing(models.Model):
    """A department's table, plan or hand-over of a quarter, filed on a day."""

    department = models.ForeignKey("people.Department", on_delete=models.PROTECT, related_name="+")
    quarter = models.DateField(help_text="the last day of the quarter on which the duty opened")
    kind = models.PositiveSmallIntegerField(choices=FilingKind.choices())
    filed_on = models.DateField()
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    act = models.ForeignKey("audit.Act", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["department", "quarter", "kind"], name="one_filing_per_department_quarter_kind"
            ),
            models.CheckConstraint(condition=Q(kind__in=FilingKind.numbers()), name="filing_has_a_known_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.quarter}"


class FilingStep(models.Model):
    """What became of a filing: handed in, returned with a reason, handed in again, accepted.

    The duty is done on the day it was first handed in (``Filing.filed_on``); a return does not undo that. A filing
    imported as history has no steps and waits for nobody.
    """

    filing = models.ForeignKey(Filing, on_delete=models.CASCADE, related_name="steps")
    verb = models.PositiveSmallIntegerField(choices=FilingVerb.choices())
    on = models.DateField()
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    because = models.TextField(blank=True)
    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(verb__in=FilingVerb.numbers()), name="filing_step_has_a_known_verb"),
            models.CheckConstraint(
                condition=~Q(verb=FilingVerb.RETURNED) | ~Q(because=""), name="a_filing_is_returned_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} {self.on}"
