"""The days that visits are planned for, and the plan as the risk department accepted it (PGM.8, PGM.9)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from baohou.guarantee.models.filings import Filing
from baohou.guarantee.rules.appointments import Appointment, Channel
from baohou.guarantee.rules.words import DutyKind

VISITS = [DutyKind.ROUTINE_VISIT, DutyKind.REGULAR_VISIT, DutyKind.SPECIAL_VISIT]


class VisitOwed(models.Model):
    """A visit owed, told so that it can be recognised when its duty is there no more."""

    duty_key = models.BigIntegerField(help_text="the natural key of the duty (core.columns.pack_key)")
    client = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    project_no = models.CharField(max_length=64, blank=True, help_text="of a routine visit; the project may be removed")
    kind = models.PositiveSmallIntegerField(choices=[(kind.value, kind.zh) for kind in VISITS])
    opens_on = models.DateField()

    class Meta:
        abstract = True


class PlannedDate(VisitOwed):
    """The day a visit is planned for. The duty is derived and may change or go; the planned day stays beside it."""

    planned_on = models.DateField(db_index=True)
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    note = models.CharField(max_length=200, blank=True)
    arranged_on = models.DateField(null=True, help_text="when the client agreed to this day (GPM.5)")
    contact = models.CharField(max_length=64, blank=True, help_text="who of the client's agreed")
    channel = models.PositiveSmallIntegerField(null=True, choices=Channel.choices())
    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["duty_key"], name="one_planned_day_per_visit"),
            models.CheckConstraint(condition=Q(kind__in=VISITS), name="planned_day_is_of_a_visit"),
            models.CheckConstraint(
                condition=Q(arranged_on__isnull=True, contact="", channel__isnull=True)
                | Q(arranged_on__isnull=False, channel__in=Channel.numbers()) & ~Q(contact=""),
                name="planned_day_is_arranged_wholly_or_not",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.planned_on}"

    @property
    def appointment(self) -> Appointment | None:
        if self.arranged_on is None or self.channel is None:
            return None
        return Appointment(self.arranged_on, self.contact, Channel(self.channel))

    @appointment.setter
    def appointment(self, made: Appointment | None) -> None:
        self.arranged_on = made.arranged_on if made else None
        self.contact = made.contact if made else ""
        self.channel = made.channel if made else None


class AcceptedVisit(VisitOwed):
    """A line of a plan as it was accepted. Never changed: what comes later is told apart by it."""

    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="accepted_visits", db_index=False)
    due_on = models.DateField()
    planned_on = models.DateField(null=True)
    done_on = models.DateField(null=True)
    manager_a = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["filing", "duty_key"], name="one_line_per_plan_and_visit"),
            models.CheckConstraint(condition=Q(kind__in=VISITS), name="accepted_line_is_of_a_visit"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.planned_on or self.due_on}"
