"""Staff, departments, and who held which post on which day."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q

ALWAYS = date(1900, 1, 1)
"""The day a posting without an effective day holds from."""


class Post(models.TextChoices):
    PROJECT_MANAGER = "project_manager", "项目经理"
    DEPARTMENT_MANAGER = "department_manager", "部门经理"
    RISK_SUPERVISOR = "risk_supervisor", "保后主管"
    RISK_MANAGER = "risk_manager", "风险管理部经理"
    GENERAL_MANAGER = "general_manager", "总经理"
    ADMIN = "admin", "系统管理员"
    AUDITOR = "auditor", "审计员"
    CLERK = "clerk", "职员"
    LEFT = "left", "离职"


IN_SERVICE = frozenset(post for post in Post if post is not Post.LEFT)
"""Every post but the last one: whoever is posted as 离职 is in service no more from that day on."""


class Department(models.Model):
    name = models.CharField("部门", max_length=64, unique=True)

    def __str__(self) -> str:
        return self.name


class Staff(models.Model):
    staff_no = models.CharField("工号", max_length=32, unique=True)
    name = models.CharField("姓名", max_length=64, db_index=True)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    must_change_password = models.BooleanField(
        default=False, db_default=False, help_text="signs in with a password somebody else gave"
    )

    class Meta:
        verbose_name_plural = "员工"

    def __str__(self) -> str:
        return f"{self.name}（{self.staff_no}）"


class Posting(models.Model):
    """A person's department and post from a day on, until the person's next posting."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="postings")
    department = models.ForeignKey(Department, null=True, blank=True, on_delete=models.PROTECT)
    post = models.CharField(max_length=32, choices=Post.choices)
    effective_on = models.DateField(default=ALWAYS)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["staff", "effective_on"], name="one_posting_per_person_and_day"),
            models.CheckConstraint(condition=Q(post__in=Post.values), name="posting_has_a_known_post"),
        ]

    def __str__(self) -> str:
        return f"{self.staff} {self.get_post_display()}"


class Deputy(models.Model):
    """Someone stands in for an absent person from one day to another, both included. The owner stays who it is."""

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="deputies", help_text="who is absent")
    deputy = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="stands_for", db_index=False)
    first_on = models.DateField()
    last_on = models.DateField()
    because = models.TextField()
    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(staff=F("deputy")), name="deputy_is_somebody_else"),
            models.CheckConstraint(condition=Q(first_on__lte=F("last_on")), name="deputy_begins_before_it_ends"),
        ]
        indexes = [models.Index(fields=["deputy", "last_on"], name="deputy_stands_for")]

    def __str__(self) -> str:
        return f"{self.deputy} {self.first_on}–{self.last_on}"
