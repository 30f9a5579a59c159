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


class CacheRow(models.Model):
    """What the processes of all machines remember together for a while: the table of Django's database cache."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.cache_key


class LoginFailure(models.Model):
    """How often in a row something failed to log in, and until when it has to wait; forgotten after a day.

    ``key`` is an address, a device's number, or the SHA-256 of what was given as staff number: people type their
    passwords there by mistake.
    """

    of = models.CharField(max_length=8)
    key = models.CharField(max_length=64)
    count = models.PositiveIntegerField()
    last_at = models.DateTimeField(db_index=True)
    wait_until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "key"], name="failures_are_counted_once")]

    def __str__(self) -> str:
        return f"{self.of} {self.count}"


class PastPassword(models.Model):
    """The hash of a password that someone chose, so that it is not chosen again soon."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    password = models.CharField(max_length=128)

    def __str__(self) -> str:
        return f"#{self.pk}"


class FactorDemand(models.Model):
    """Who has to log in with a second factor: one person, those of a post, or everyone (neither is named)."""

    post = models.CharField(max_length=32, choices=Post.choices, blank=True, default="")
    staff = models.OneToOneField(Staff, null=True, blank=True, on_delete=models.CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post"], condition=Q(staff=None), name="one_demand_for_each_post"),
            models.CheckConstraint(condition=Q(staff=None) | Q(post=""), name="demand_is_of_a_person_or_a_post"),
        ]

    def __str__(self) -> str:
        return str(self.staff or self.get_post_display() or "*")
