"""Runs of the business day, their steps, what a step set aside, and long work that a page started."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now

from baohou.kernel.saying import SaidField


class Run(models.Model):
    """One run of `baohou day`, up to the business day ``on``."""

    on = models.DateField()
    rebuild = models.BooleanField(default=False)
    by = models.CharField(max_length=64, blank=True, default="", db_default="", help_text="who started it by hand")
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.on)


class StepRun(models.Model):
    """What one step did in one run; written in the step's own transaction."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField(max_length=32)
    after = models.DateField(null=True, help_text="the step's watermark before this run")
    read = models.PositiveBigIntegerField(default=0)
    new = models.PositiveBigIntegerField(default=0)
    changed = models.PositiveBigIntegerField(default=0)
    removed = models.PositiveBigIntegerField(default=0)
    done = models.PositiveBigIntegerField(default=0)
    overdue = models.PositiveBigIntegerField(default=0)
    penalties = models.PositiveBigIntegerField(default=0)
    set_aside = models.PositiveBigIntegerField(default=0)
    seconds = models.FloatField(default=0)

    def __str__(self) -> str:
        return f"{self.step} {self.run}"


class Watermark(models.Model):
    """The business day up to which a step has worked."""

    step = models.CharField(max_length=32, primary_key=True)
    on = models.DateField()
    basis = models.CharField(max_length=64, blank=True, help_text="digest of what all the step's work rests on")

    def __str__(self) -> str:
        return f"{self.step} {self.on}"


class SetAside(models.Model):
    """A row that could not be processed, with the reason; it leaves the list when it has been mended."""

    step = models.CharField(max_length=32)
    table = models.CharField(max_length=64)
    row = models.BigIntegerField(help_text="the row's number in its table")
    code = models.CharField(max_length=64, help_text="如 guarantee.visit.before_issue")
    message = SaidField()
    since = models.DateField(help_text="the business day on which it was set aside")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["step", "table", "row", "code"], name="a_row_is_set_aside_once")]

    def __str__(self) -> str:
        return self.message


class JobState(models.TextChoices):
    QUEUED = "queued", "等待开始"
    RUNNING = "running", "正在进行"
    DONE = "done", "已完成"
    FAILED = "failed", "没有办成"
    DEAD = "dead", "中途停了"


class Job(models.Model):
    """Long work that a page started; a process of its own does it, on the machine of that page (see jobs.beats)."""

    kind = models.CharField(max_length=32)
    name = models.CharField(max_length=255, blank=True, help_text="what it is about: a file's name")
    reference = models.CharField(max_length=64, blank=True, db_index=True, help_text="the room's own name of it")
    wish = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    by = models.CharField(max_length=64, help_text="工号")
    origin = models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        help_text="address, request and browser of who asked; see audit.origin",
    )
    state = models.CharField(max_length=16, choices=JobState, default=JobState.QUEUED)
    active = models.BooleanField(default=True, help_text="waiting or at work")
    message = SaidField(blank=True, help_text="why it failed")
    result = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    asked_at = models.DateTimeField(auto_now_add=True)
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(db_default=Now(), help_text="the last sign of life, on the database's clock")
    what = models.CharField(max_length=255, blank=True, default="", db_default="", help_text="what it is doing")
    done = models.PositiveBigIntegerField(default=0, db_default=0)
    total = models.PositiveBigIntegerField(default=0, db_default=0, help_text="0: nobody knows")
    log = models.TextField(blank=True, default="", db_default="", help_text="the end of what its process said")
    again = models.OneToOneField(
        "self", null=True, on_delete=models.SET_NULL, related_name="first", help_text="the job that does it once more"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["active"], condition=models.Q(active=True), name="one_job_at_a_time")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
