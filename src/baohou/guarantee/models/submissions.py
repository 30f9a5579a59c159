"""Visits sent from the field: each under a key of its sender's device, its files before it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from baohou.guarantee.models.visits import Visit


class VisitSubmission(models.Model):
    """A visit as its form was sent. The device made ``key`` up: sent twice, it is stored once (GPM.5)."""

    key = models.UUIDField(unique=True)
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    visit = models.OneToOneField(Visit, on_delete=models.PROTECT, related_name="submission")
    digest = models.CharField(max_length=64, help_text="SHA-256 of all that was sent under the key")
    finished_at = models.DateTimeField(null=True, help_text="as the device said")
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    accuracy_m = models.PositiveIntegerField(null=True, help_text="metres around the place, as the device said")
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="submission_was_made_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)


class VisitUpload(models.Model):
    """A file that waits for the visit it belongs to; one that fails is sent again, the others are not."""

    key = models.UUIDField(help_text="of the visit that will be sent")
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    is_signature = models.BooleanField(default=False)
    file = models.ForeignKey("papers.StoredFile", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    taken_at = models.DateTimeField(null=True, help_text="as the device said")
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    kept_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "by", "file", "is_signature"], name="one_upload_per_visit_and_file")
        ]

    def __str__(self) -> str:
        return self.name
