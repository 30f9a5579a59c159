"""Files kept as they came, signatures, seals over papers, and the volumes of the archive with their loans."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class StoredFile(models.Model):
    """A file under its SHA-256 (var/files/ab/abcd…): the same bytes are kept once and never change."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField(help_text="bytes")
    content_type = models.CharField(max_length=127)
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
    """A paper closed for good: SHA-256 over its content, its files and its signatures. Never edited.

    Once its time is over (by the act ``let_go``) the content says what is left; the digest stays that of the whole.
    """

    code = models.CharField(max_length=24, unique=True, help_text="stands on the paper; opens its check page")
    kind = models.CharField(max_length=32)
    subject_id = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.JSONField(encoder=DjangoJSONEncoder)
    sealed_at = models.DateTimeField()
    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+", db_index=False)
    let_go = models.ForeignKey("audit.Act", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

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


class VolumeRule(models.Model):
    """How the archive numbers volumes of a kind and how long it keeps them, unless one volume is told otherwise."""

    kind = models.CharField(max_length=32, unique=True, help_text="the kind of volume, as its room registered it")
    prefix = models.CharField(max_length=16)
    retention_years = models.PositiveSmallIntegerField(null=True, default=10, help_text="null: kept for good")
    act = models.ForeignKey("audit.Act", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    def __str__(self) -> str:
        return f"{self.kind} {self.prefix}"


class Destruction(models.Model):
    """Volumes destroyed together when their time was over: why, who asked, and who checked (empty: nobody could)."""

    on = models.DateField()
    because = models.TextField()
    by_no = models.CharField(max_length=64, blank=True)
    by_name = models.CharField(max_length=64)
    checked_no = models.CharField(max_length=64, blank=True)
    checked_name = models.CharField(max_length=64, blank=True)
    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(because=""), name="a_destruction_has_a_reason"),
            models.CheckConstraint(
                condition=models.Q(checked_no="") | ~models.Q(checked_no=models.F("by_no")),
                name="nobody_checks_a_destruction_of_their_own",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.by_name}"


class Volume(models.Model):
    """A volume of the archive: papers bound together under a number that is given once and never again.

    ``unit`` is whose papers they are and ``period`` of when, as they were called when the volume was opened.
    """

    kind = models.CharField(max_length=32)
    number = models.CharField(max_length=128, unique=True)
    series = models.CharField(max_length=120, help_text="the number without the sequence")
    sequence = models.PositiveIntegerField()
    title = models.CharField(max_length=255)
    unit = models.CharField(max_length=64)
    unit_id = models.BigIntegerField(db_index=True, help_text="the room's own number of the unit")
    period = models.CharField(max_length=16)
    opened_on = models.DateField()
    cabinet = models.CharField(max_length=32)
    shelf = models.CharField(max_length=32, blank=True)
    retention_years = models.PositiveSmallIntegerField(null=True, help_text="null: kept for good")
    destruction = models.ForeignKey(Destruction, null=True, on_delete=models.PROTECT, related_name="volumes")
    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "sequence"], name="one_volume_per_series_and_sequence"),
            models.CheckConstraint(condition=~models.Q(cabinet=""), name="a_volume_has_a_place"),
        ]

    def __str__(self) -> str:
        return self.number


class VolumeItem(models.Model):
    """A paper in a volume, as the contents page lists it; what it is, only its room knows."""

    volume = models.ForeignKey(Volume, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=32)
    subject_id = models.BigIntegerField(help_text="the room's own number of the paper")
    number = models.CharField(max_length=64)
    title = models.CharField(max_length=255)
    dated = models.DateField()
    pages = models.PositiveSmallIntegerField(null=True)
    note = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["volume", "position"], name="one_paper_per_volume_and_position"),
            models.UniqueConstraint(fields=["kind", "subject_id"], name="a_paper_lies_in_one_volume"),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.number}"


class Loan(models.Model):
    """A volume lent to someone until a day."""

    volume = models.ForeignKey(Volume, on_delete=models.PROTECT, related_name="loans")
    borrower_no = models.CharField(max_length=32)
    borrower_name = models.CharField(max_length=64)
    purpose = models.CharField(max_length=255)
    borrowed_on = models.DateField()
    due_on = models.DateField()
    returned_on = models.DateField(null=True)
    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+", db_index=False)
    return_act = models.ForeignKey("audit.Act", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["volume"], name="a_volume_is_lent_once_at_a_time", condition=models.Q(returned_on__isnull=True)
            ),
            models.CheckConstraint(
                condition=models.Q(due_on__gte=models.F("borrowed_on")), name="loan_ends_not_before"
            ),
            models.CheckConstraint(
                condition=models.Q(returned_on__isnull=True) | models.Q(returned_on__gte=models.F("borrowed_on")),
                name="a_loan_comes_back_after_it_went",
            ),
            models.CheckConstraint(condition=~models.Q(purpose=""), name="a_loan_has_a_purpose"),
        ]

    def __str__(self) -> str:
        return f"{self.volume} → {self.borrower_name}"


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
