"""Visit reports that are still being written: each as a device saw it last, and where it went with a hand-over."""

from __future__ import annotations

from django.db import models

from baohou.guarantee.models.moves import WorkMove
from baohou.guarantee.rules.words import VisitKind


class VisitDraft(models.Model):
    """A visit's form as far as it was filled in, under the key by which it will be sent (VisitSubmission).

    Of version 0 only files have arrived: what was written is still on the device. Once work is handed over a MovedDraft
    says in whose hands it is; ``by`` becomes who took over with the first change.
    """

    key = models.UUIDField(unique=True)
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    kind = models.PositiveSmallIntegerField(null=True)
    content = models.JSONField(default=dict, help_text="fields by name, strokes of the signature, place, files named")
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of kind and content")
    version = models.PositiveIntegerField(default=0)
    device = models.UUIDField(null=True, help_text="made up by the device that wrote this version")
    changed_at = models.DateTimeField(help_text="when it was written, as the device said")
    begun_at = models.DateTimeField(auto_now_add=True)
    saved_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.key)


class MovedDraft(models.Model):
    """A draft that was not sent when its writer's work passed on: who is to continue it, as the signed list tells it.

    ``lacking`` are the files it named that had not arrived; ``version`` as VisitDraft has it.
    """

    move = models.ForeignKey(WorkMove, on_delete=models.CASCADE, related_name="drafts")
    key = models.UUIDField(db_index=True)
    what = models.CharField(max_length=255, help_text="the client as it was called")
    kind = models.PositiveSmallIntegerField(null=True)
    begun_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField()
    files = models.PositiveSmallIntegerField()
    lacking = models.PositiveSmallIntegerField()
    owner = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    to = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["move", "key"], name="one_row_per_move_and_draft")]

    def __str__(self) -> str:
        return f"{self.what} {self.key}"

    @property
    def kind_zh(self) -> str:
        """What kind of visit it tells of; empty while only files have arrived."""
        return VisitKind(self.kind).zh if self.kind else ""
