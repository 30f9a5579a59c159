"""Files sent for import and not yet taken, with what a check found wrong in them marked."""

from __future__ import annotations

from django.db import models


class ImportUpload(models.Model):
    """A file that waits for a day, under a token that nobody can guess."""

    token = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=32, help_text="workbook, or one of the nouns")
    name = models.CharField(max_length=255)
    file = models.ForeignKey("papers.StoredFile", on_delete=models.PROTECT, related_name="+")
    mapping = models.TextField(blank=True, help_text="TOML: the mapping that it is read by; empty without one")
    sent_at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return self.name


class MarkedCopy(models.Model):
    """The file with its faulty cells marked, in one language."""

    upload = models.ForeignKey(ImportUpload, on_delete=models.CASCADE, related_name="marked")
    language = models.CharField(max_length=16)
    file = models.ForeignKey("papers.StoredFile", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["upload", "language"], name="one_marked_copy_per_upload_and_language")
        ]

    def __str__(self) -> str:
        return f"{self.upload} {self.language}"
