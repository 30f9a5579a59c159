"""Sums over the whole portfolio and all duties, derived from them anew whenever they have changed; never edited."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from baohou.guarantee.rules.words import Dimension, Grade


class Summary(models.Model):
    """What a part of the sums was derived from, one row a part; when ``mark`` no longer fits, it is derived anew."""

    part = models.CharField(max_length=16, primary_key=True)
    on = models.DateField(null=True, help_text="the business day as of which the sums are")
    mark = models.CharField(max_length=64, blank=True)
    last_row = models.BigIntegerField(
        default=0, help_text="rows above this one were left out, to be counted as they are"
    )
    made_at = models.DateTimeField(null=True, help_text="when what they add up was read")
    seconds = models.FloatField(default=0, help_text="how long it took to derive them")

    class Meta:
        verbose_name_plural = "汇总"

    def __str__(self) -> str:
        return f"{self.part} {self.on}"


class PortfolioSlice(models.Model):
    """The clients of one grade with one value of one dimension, in force on a quarter's last day or the business day.

    The guarantee that speaks for a client gives the department; product and bank are each guarantee's own, so that
    a client with two products stands in both. ``with_measure`` counts those with a measure filed for that quarter.
    """

    on = models.DateField()
    dimension = models.PositiveSmallIntegerField(choices=Dimension.choices())
    value = models.CharField(max_length=128, blank=True, help_text="a row number, an industry's number, or the text")
    grade = models.PositiveSmallIntegerField(help_text="0 where no version of the rule book gives one")
    clients = models.PositiveBigIntegerField()
    guarantees = models.PositiveBigIntegerField()
    with_measure = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["on", "dimension", "value", "grade"], name="one_slice_per_day_value_grade"),
            models.CheckConstraint(condition=Q(grade__in=[0, *Grade.numbers()]), name="slice_has_a_known_grade"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.get_dimension_display()} {self.value}"


class AmountSlice(models.Model):
    """What is guaranteed in one currency, for the clients or guarantees of a slice; currencies are never added."""

    on = models.DateField()
    dimension = models.PositiveSmallIntegerField(choices=Dimension.choices())
    value = models.CharField(max_length=128, blank=True)
    grade = models.PositiveSmallIntegerField()
    currency = models.CharField(max_length=3)
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["on", "dimension", "value", "grade", "currency"], name="one_amount_per_slice_and_currency"
            )
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.get_dimension_display()} {self.value} {self.currency}"


class HeavyClient(models.Model):
    """One of the clients with the most guaranteed in a currency on the business day."""

    on = models.DateField()
    currency = models.CharField(max_length=3)
    place = models.PositiveSmallIntegerField()
    client = models.ForeignKey("parties.Party", on_delete=models.CASCADE, related_name="+", db_index=False)
    grade = models.PositiveSmallIntegerField()
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["on", "currency", "place"], name="one_heavy_client_per_place")]

    def __str__(self) -> str:
        return f"{self.currency} {self.place}"


class KeptSlice(models.Model):
    """How the duties of one kind, department, owner and client grade that are due in a quarter went.

    The grade is the client's on the due day, or on the business day while that is to come; 0 for departments' reports.
    """

    quarter = models.DateField(help_text="the last day of the quarter in which the duties are due")
    kind = models.PositiveSmallIntegerField()
    department = models.ForeignKey(
        "people.Department", null=True, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    owner = models.ForeignKey(
        "people.Staff", null=True, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    grade = models.PositiveSmallIntegerField()
    on_time = models.PositiveBigIntegerField()
    late = models.PositiveBigIntegerField()
    overdue = models.PositiveBigIntegerField()
    open = models.PositiveBigIntegerField()
    lapsed = models.PositiveBigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["quarter"], name="kept_slice_quarter")]

    def __str__(self) -> str:
        return f"{self.quarter} {self.kind}"


class OverdueSlice(models.Model):
    """How many duties of a department are overdue by so many days (rules.ageing.BANDS) on the business day."""

    department = models.ForeignKey(
        "people.Department", null=True, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    band = models.PositiveSmallIntegerField(help_text="the place in rules.ageing.BANDS")
    duties = models.PositiveBigIntegerField()
    oldest_due_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["department", "band"], name="one_overdue_slice_per_department_and_band")
        ]

    def __str__(self) -> str:
        return f"{self.department_id} {self.band}"


class ReportSlice(models.Model):
    """How many reports of a quarter's visits of one person are on no hand-over list, by the department they belong to.

    That is the one whose guarantee spoke for the client on the day of the visit. Visits above ``Summary.last_row`` are
    not in it.
    """

    quarter = models.DateField(help_text="the last day of the quarter of the visits")
    department = models.ForeignKey(
        "people.Department", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    by = models.ForeignKey(
        "people.Staff", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    visits = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["by", "quarter", "department"], name="one_slice_of_reports_per_person")
        ]

    def __str__(self) -> str:
        return f"{self.quarter} {self.department_id}"
