"""The room's facts: guarantees, managers by day, grades, visits, orders, filings, measures."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from baohou.guarantee.rules.words import FilingKind, Grade, Urgency, VisitKind


class Guarantee(models.Model):
    """A guarantee issued for a client's loan. Its managers here hold from issued_on."""

    project_no = models.CharField("项目编号", max_length=64, unique=True)
    client = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="guarantees")
    department = models.ForeignKey("people.Department", on_delete=models.PROTECT, related_name="+")
    manager_a = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    manager_b = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    product = models.CharField("业务品种", max_length=64, blank=True)
    bank = models.CharField("合作银行", max_length=128, blank=True)
    amount_fen = models.BigIntegerField("担保金额（分）")
    currency = models.CharField("币种", max_length=3, default="CNY")
    issued_on = models.DateField("起始日", db_index=True)
    ends_on = models.DateField("到期日", null=True)
    released_on = models.DateField("解保日", null=True, db_index=True)
    act = models.ForeignKey("audit.Act", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(released_on__isnull=True) | Q(released_on__gt=F("issued_on")), name="released_after_issue"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="guaranteed_amount_is_not_negative"),
        ]

    def __str__(self) -> str:
        return self.project_no


class ManagerAppointment(models.Model):
    """The managers of a guarantee from a day on, until the next appointment."""

    guarantee = models.ForeignKey(Guarantee, on_delete=models.CASCADE, related_name="appointments")
    manager_a = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    manager_b = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    effective_on = models.DateField(db_index=True)
    act = models.ForeignKey("audit.Act", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["guarantee", "effective_on"], name="one_appointment_per_guarantee_and_day")
        ]

    def __str__(self) -> str:
        return f"{self.guarantee} {self.effective_on}"


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

    def __str__(self) -> str:
        return f"{self.get_grade_display()} {self.effective_on}"


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


class Touched(models.Model):
    """A client whose facts were recorded, changed or removed since the day last derived its duties.

    Written by every verb in the transaction of its facts; the day's step takes the rows away.
    ``since`` is the earliest date of a fact, old or new, that the verb touched.
    """

    client = models.ForeignKey("parties.Party", on_delete=models.CASCADE, db_index=False, db_constraint=False)
    since = models.DateField()

    def __str__(self) -> str:
        return str(self.client_id)


class Recheck(models.Model):
    """A duty that changed after its due day, so that what it costs has to be looked at again; taken away by the day."""

    duty_key = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.duty_key)
