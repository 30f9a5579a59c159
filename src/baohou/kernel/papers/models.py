"""Files kept as they came, signatures, seals over papers, and what was added to a sealed paper."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class StoredFile(models.Model):
    """A file under its SHA-256 (var/files/ab/abcd…): the same bytes are kept once and never change."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField(help_text="bytes")
    content_type = models.CharField(max_length=64)
    kept_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.sha256[:12]


class Signature(models.Model):
    """Someone signed a paper in a role: drawn on the glass (``image``), or by an act of a logged-in member of staff."""

    kind = models.CharField(max_length=32, help_text="the kind of paper, as its room registered it")
    subject_id = models.BigIntegerField(help_text="the room's own number of the paper")
    role = models.CharField(max_length=32)
    name = models.CharField(max_length=64)
    staff_no = models.CharField(max_length=32, blank=True)
    image = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject_id", "role"], name="one_signature_per_paper_and_role")
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.name}"


class Attachment(models.Model):
    """A file that belongs to a paper: a photo, a document."""

    kind = models.CharField(max_length=32)
    subject_id = models.BigIntegerField()
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    taken_at = models.DateTimeField(null=True, help_text="as the device said")
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject_id", "file"], name="one_attachment_per_paper_and_file")
        ]

    def __str__(self) -> str:
        return self.name


class Seal(models.Model):
    """A paper closed for good: SHA-256 over its content, its files and its signatures. Never edited."""

    code = models.CharField(max_length=24, unique=True, help_text="stands on the paper; opens its check page")
    kind = models.CharField(max_length=32)
    subject_id = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.JSONField(encoder=DjangoJSONEncoder)
    sealed_at = models.DateTimeField()
    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "subject_id"], name="one_seal_per_paper")]

    def __str__(self) -> str:
        return self.code


class Addendum(models.Model):
    """A correction of a sealed paper: something is added, nothing taken away. Each is chained to the one before."""

    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="addenda")
    text = models.TextField()
    name = models.CharField(max_length=64)
    staff_no = models.CharField(max_length=32)
    added_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)
    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+", db_index=False)

    def __str__(self) -> str:
        return f"{self.seal} +{self.added_at:%Y-%m-%d}"


class ImportMapping(models.Model):
    """How tables of someone else's are read as a kind of file of ours: a mapping file under a name."""

    kind = models.CharField(max_length=32, help_text="the kind of file, such as portfolio")
    name = models.CharField(max_length=64)
    content = models.TextField(help_text="TOML, as baohou import --mapping takes it")
    by = models.CharField(max_length=64, help_text="工号")
    kept_at = models.DateTimeField(auto_now=True)
    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="one_import_mapping_per_kind_and_name")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
