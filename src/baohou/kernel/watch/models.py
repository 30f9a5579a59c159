"""What belongs to an installation and not to its data: whether it takes changes, which copies of it were made."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class ReadOnly(models.Model):
    """A time in which this installation takes no changes."""

    open = models.BooleanField(default=True)
    because = models.TextField()
    by = models.CharField(max_length=64, blank=True, help_text="工号；命令行为空")
    since = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["open"], condition=Q(open=True), name="read_only_once_at_a_time"),
            models.CheckConstraint(condition=~Q(because=""), name="read_only_says_why"),
        ]

    def __str__(self) -> str:
        return self.because


class Backup(models.Model):
    """A copy of this installation that was made, and what reading it through found."""

    made_at = models.DateTimeField(help_text="the moment that the copy shows")
    seconds = models.FloatField(help_text="for making and checking it")
    name = models.CharField(max_length=255, help_text="the file's name, without its folder")
    size = models.PositiveBigIntegerField(help_text="bytes")
    encrypted = models.BooleanField()
    rows = models.PositiveBigIntegerField()
    files = models.PositiveBigIntegerField()
    checked_at = models.DateTimeField(null=True, help_text="when it had been read through and found whole")
    faults = models.JSONField(default=list, help_text="what could not be copied, one sentence each")

    class Meta:
        indexes = [models.Index(fields=["-made_at"], name="backup_made")]

    def __str__(self) -> str:
        return self.name
