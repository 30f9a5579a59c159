"""Notices to people, how each person wants to be told, and the company's hours."""

from __future__ import annotations

from datetime import time

from django.db import models
from django.db.models import Q

from baohou.core.sayings import from_kept
from baohou.kernel.saying import SaidField


class Notice(models.Model):
    """Something a person is told, once: ``key`` names what of and to whom. ``for_absent`` stands in for whom."""

    staff = models.ForeignKey("people.Staff", on_delete=models.CASCADE, related_name="notices", db_index=False)
    for_absent = models.ForeignKey(
        "people.Staff", null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=32)
    key = models.CharField(max_length=160, unique=True)
    title = models.CharField(max_length=255)
    text = models.TextField(blank=True)
    said = models.JSONField(default=dict, help_text="title and text with what they were made of; empty for old ones")
    url = models.CharField(max_length=255, blank=True, help_text="the page it is about, without the host")
    told_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(title=""), name="a_notice_says_something")]
        indexes = [
            models.Index(fields=["staff", "-id"], name="notice_of_person"),
            models.Index(fields=["staff"], condition=Q(read_at__isnull=True), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def heading(self) -> str:
        """The title as a sentence that can be said in the reader's language."""
        return from_kept(self.said.get("title", self.title))

    @property
    def body(self) -> str:
        """The text as a sentence that can be said in the reader's language."""
        return from_kept(self.said.get("text", self.text))


class Address(models.Model):
    """Where a person is reached on a channel; ``sealed`` is encrypted, ``shown`` is what may be read on a page."""

    staff = models.ForeignKey("people.Staff", on_delete=models.CASCADE, related_name="addresses", db_index=False)
    channel = models.CharField(max_length=32)
    sealed = models.TextField()
    shown = SaidField()
    trial_key = models.CharField(max_length=200, blank=True, help_text="the message last sent for trial")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["staff", "channel"], name="one_address_per_person_and_channel")]

    def __str__(self) -> str:
        return f"{self.channel} {self.shown}"


class Choice(models.Model):
    """The channels on which a person wants a kind of notice; without one the default counts."""

    staff = models.ForeignKey("people.Staff", on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=32)
    channels = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["staff", "kind"], name="one_choice_per_person_and_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.channels}"


class Habits(models.Model):
    """When and in which language a person wants to be told; what is empty is the company's."""

    staff = models.OneToOneField("people.Staff", on_delete=models.CASCADE, related_name="+", primary_key=True)
    digest_at = models.TimeField(null=True)
    quiet_from = models.TimeField(null=True)
    quiet_to = models.TimeField(null=True)
    language = models.CharField(max_length=16, blank=True, help_text="of pages and letters")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_to__isnull=True)
                | Q(quiet_from__isnull=False, quiet_to__isnull=False),
                name="quiet_hours_have_both_ends",
            )
        ]

    def __str__(self) -> str:
        return str(self.staff_id)


class CompanyHours(models.Model):
    """The company's hours; the row written last counts. The same time twice means: no quiet hours."""

    digest_at = models.TimeField(default=time(8))
    quiet_from = models.TimeField(default=time(21))
    quiet_to = models.TimeField(default=time(7, 30))
    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+", db_index=False)

    def __str__(self) -> str:
        return f"{self.digest_at} {self.quiet_from} {self.quiet_to}"


class ToldUpTo(models.Model):
    """Up to which row of a table people have been told."""

    name = models.CharField(max_length=64, primary_key=True)
    row = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.name} {self.row}"
