"""Acts and what they changed: nothing is overwritten without its history."""

from __future__ import annotations

from django.db import models


class Act(models.Model):
    """One act of a person or of the day: a file imported, a visit recorded, a version added."""

    at = models.DateTimeField(auto_now_add=True)
    by = models.CharField(max_length=64, blank=True, help_text="工号；命令行和日终为空")
    door = models.CharField(max_length=16, help_text="command、page、day")
    verb = models.CharField(max_length=64, help_text="如 visits.record、import.portfolio")
    because = models.TextField(blank=True)
    facts = models.JSONField(default=dict, help_text="文件名、摘要、件数等")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb}"


class Change(models.Model):
    """One row that an act changed or removed (a row that it only added is not listed: the row names its act)."""

    act = models.ForeignKey(Act, on_delete=models.PROTECT, related_name="changes")
    table = models.CharField(max_length=64)
    key = models.CharField(max_length=255, help_text="该行的业务主键")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["table", "key"], name="change_of_row")]

    def __str__(self) -> str:
        return f"{self.table} {self.key}"
