"""Messages to the world outside: written with what they tell of, sent later by a worker, with what became of each."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from baohou.kernel.saying import SaidField


class State(models.TextChoices):
    WAITING = "waiting", "待发送"
    SENDING = "sending", "发送中"
    SENT = "sent", "已发送"
    FAILED = "failed", "未成功，将重试"
    GIVEN_UP = "given_up", "已停发"


PENDING = (State.WAITING, State.FAILED)
"""The states in which a message waits for a worker."""


class Message(models.Model):
    """One message on one channel. ``key`` names what it tells, so that telling it again adds nothing.

    The payload holds no secret: a channel looks up the address when it sends. ``lease`` names the worker at work.
    """

    channel = models.CharField(max_length=32)
    key = models.CharField(max_length=200, unique=True)
    to = models.CharField(max_length=128, help_text="whom it is for, in words")
    title = SaidField()
    payload = models.JSONField(default=dict)
    slow = models.BooleanField(default=False, help_text="of a slow channel: waits until the others have gone")
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(help_text="not sent before")
    expires_at = models.DateTimeField(null=True, help_text="not sent after")
    lease = models.CharField(max_length=32, blank=True)
    leased_until = models.DateTimeField(null=True)
    error = SaidField(blank=True, help_text="why the last attempt failed, in words")
    written_at = models.DateTimeField(auto_now_add=True)
    tried_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="message_has_a_known_state"),
            models.CheckConstraint(
                condition=~Q(state=State.SENDING) | Q(leased_until__isnull=False), name="message_being_sent_is_leased"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.SENT) | Q(sent_at__isnull=False), name="message_sent_says_when"
            ),
        ]
        indexes = [
            models.Index(fields=["slow", "due_at"], condition=Q(state__in=PENDING), name="message_to_send"),
            models.Index(fields=["leased_until"], condition=Q(state=State.SENDING), name="message_being_sent"),
            models.Index(fields=["state", "-id"], name="message_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.to} {self.title}"
