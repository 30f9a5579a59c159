"""Hooks: where partners want to be told of what, their secrets, and every delivery with what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from baohou.kernel.saying import SaidField


class Hook(models.Model):
    """An address of a partner that is told of some events; ``paused_at`` says since when nothing is sent."""

    name = models.CharField(max_length=64, unique=True)
    url = models.CharField(max_length=500)
    events = models.JSONField(default=list, help_text="types of events")
    scopes = models.JSONField(default=list, help_text="which fields about persons it is told")
    paused_at = models.DateTimeField(null=True)
    paused_because = SaidField(blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(url=""), name="a_hook_has_a_name_and_an_address"),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=False) | Q(paused_because=""), name="only_a_paused_hook_says_why"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Standing(models.Model):
    """A hook's secret, encrypted, the one before while it still counts, and how many attempts failed in a row."""

    hook = models.OneToOneField(Hook, on_delete=models.CASCADE, related_name="standing", primary_key=True)
    sealed = models.TextField()
    sealed_before = models.TextField(blank=True)
    before_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sealed_before="", before_until__isnull=True)
                | (~Q(sealed_before="") & Q(before_until__isnull=False)),
                name="a_former_secret_says_until_when",
            )
        ]

    def __str__(self) -> str:
        return str(self.hook_id)


class Delivery(models.Model):
    """One event on its way to one hook; the message of the outbox under ``key`` is its turn to be sent.

    ``body`` is what is sent, to the byte. ``status`` is the last answer's HTTP status, 0 when there was none.
    """

    hook = models.ForeignKey(Hook, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    event = models.CharField(max_length=40, help_text="the event's number, the same for every hook")
    type = models.CharField(max_length=64)
    body = models.TextField()
    written_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(default=0)
    answer = SaidField(blank=True, help_text="how the last answer began, or why there was none")
    took_ms = models.PositiveIntegerField(default=0)
    arrived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hook", "event"], name="an_event_goes_to_a_hook_once")]
        indexes = [
            models.Index(fields=["hook", "-id"], name="delivery_of_hook"),
            models.Index(fields=["written_at"], name="delivery_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event}"

    @property
    def key(self) -> str:
        """The key of its message in the outbox."""
        return key_of(self.hook_id, self.event)


def key_of(hook: int, event: str) -> str:
    """The outbox's key of an event for a hook."""
    return f"hook:{hook}:{event}"
