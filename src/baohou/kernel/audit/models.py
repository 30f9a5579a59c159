"""Acts, what they changed, what they were about, and the chain they are linked into: nothing here is ever edited."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils import timezone

BEFORE_THE_CHAIN: Final = 0
"""The form of acts that were written down before there was a chain."""
FORM: Final = 1
"""How acts are written and hashed by this release; see chain.lines_of."""


class Act(models.Model):
    """One act of a person or of the day: a file imported, a visit recorded, a version added."""

    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=64, blank=True, help_text="工号；命令行和日终为空")
    door = models.CharField(max_length=16, help_text="command、page、api、day")
    verb = models.CharField(max_length=64, help_text="如 visits.record、import.portfolio")
    because = models.TextField(blank=True)
    facts = models.JSONField(default=dict, help_text="文件名、摘要、件数等")
    ip = models.CharField(max_length=45, blank=True, default="", db_default="", help_text="来自哪个地址")
    request = models.CharField(max_length=64, blank=True, default="", db_default="", help_text="请求号")
    agent = models.CharField(max_length=120, blank=True, default="", db_default="", help_text="浏览器，或命令行的账户")
    form = models.PositiveSmallIntegerField(default=FORM, db_default=BEFORE_THE_CHAIN)
    mac = models.CharField(max_length=64, blank=True, default="", db_default="", help_text="只有本程序写得出")

    class Meta:
        indexes = [
            models.Index(fields=["by", "-id"], name="act_of_person"),
            models.Index(fields=["verb", "-id"], name="act_of_verb"),
            models.Index(fields=["door", "-id"], name="act_of_door"),
            models.Index(fields=["at"], name="act_at"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb}"


class Change(models.Model):
    """One row that an act added (``before`` is null), changed, or removed (``after`` is null); or many rows in sum."""

    act = models.ForeignKey(Act, on_delete=models.PROTECT, related_name="changes")
    table = models.CharField(max_length=64)
    key = models.CharField(max_length=255, help_text="该行的业务主键")
    row = models.BigIntegerField(null=True, help_text="the row's number in its table, when it has one")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["table", "key"], name="change_of_row")]

    def __str__(self) -> str:
        return f"{self.table} {self.key}"


class Concern(models.Model):
    """What an act was about: a client, a guarantee, a duty; how the acts about one of them are found."""

    act = models.ForeignKey(Act, on_delete=models.PROTECT, related_name="concerns")
    noun = models.CharField(max_length=32, help_text="as its app registered it; see capture.name_noun")
    number = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["noun", "number", "-act"], name="concern_of_noun")]

    def __str__(self) -> str:
        return f"{self.noun} {self.number}"


class Link(models.Model):
    """The place of an act in the chain: SHA-256 over the act, all its rows, and the link before."""

    position = models.BigIntegerField(primary_key=True)
    act = models.OneToOneField(Act, on_delete=models.PROTECT, related_name="link")
    form = models.PositiveSmallIntegerField()
    linked_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.position} {self.sha256[:12]}"
