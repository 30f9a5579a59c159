"""Guarantees, and their managers by day."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from baohou.core.money import HOME_CURRENCY


class Guarantee(models.Model):
    """A guarantee issued for a client's loan. Its managers here hold from issued_on."""

    project_no = models.CharField("项目编号", max_length=64, unique=True)
    client = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="guarantees")
    department = models.ForeignKey("people.Department", on_delete=models.PROTECT, related_name="+", db_index=False)
    manager_a = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    manager_b = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    product = models.CharField("业务品种", max_length=64, blank=True)
    bank = models.CharField("合作银行", max_length=128, blank=True)
    amount_fen = models.BigIntegerField("担保金额（分）")
    currency = models.CharField("币种", max_length=3, default=HOME_CURRENCY)
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
        indexes = [
            models.Index(fields=["manager_a"], name="guarantee_manager_a"),
            models.Index(fields=["manager_b"], name="guarantee_manager_b"),
            models.Index(fields=["department", "issued_on"], include=["client"], name="guarantee_of_department"),
            models.Index(fields=["issued_on", "id"], name="guarantee_issued_on"),
            models.Index(fields=["product", "issued_on", "id"], name="guarantee_of_product"),
            models.Index(fields=["bank", "issued_on", "id"], name="guarantee_of_bank"),
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
        indexes = [
            models.Index(fields=["manager_a"], name="appointment_manager_a"),
            models.Index(fields=["manager_b"], name="appointment_manager_b"),
        ]

    def __str__(self) -> str:
        return f"{self.guarantee} {self.effective_on}"
