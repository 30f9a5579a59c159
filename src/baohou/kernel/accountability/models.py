"""The ledger of penalties: append-only, in fen; a reversal or a waiver is another entry."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class EntryKind(models.IntegerChoices):
    PENALTY = 1, "处罚"
    REVERSAL = 2, "冲回"
    WAIVER = 3, "减免"


class Entry(models.Model):
    """One line of the ledger. What it says of its duty stands here, since a duty may later turn out not to be owed.

    What the day takes over from duties by the hundred thousand is not checked reference by reference.
    """

    duty_key = models.BigIntegerField()
    seq = models.PositiveSmallIntegerField(help_text="0 is the first booking of the duty")
    kind = models.PositiveSmallIntegerField(choices=EntryKind.choices)
    staff = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="entries", db_constraint=False)
    amount_fen = models.BigIntegerField(help_text="negative for reversal and waiver")
    dated = models.DateField()
    clause = models.CharField(max_length=16)
    version = models.ForeignKey(
        "rulebook.RuleVersion", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    because = models.TextField()
    act = models.ForeignKey("audit.Act", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    recorded_at = models.DateTimeField(auto_now_add=True)
    duty_kind = models.PositiveSmallIntegerField()
    party = models.ForeignKey(
        "parties.Party", null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    subject_id = models.BigIntegerField(null=True)
    department = models.ForeignKey(
        "people.Department", null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    opens_on = models.DateField()
    due_on = models.DateField()

    class Meta:
        verbose_name_plural = "奖惩记录"
        constraints = [
            models.UniqueConstraint(fields=["duty_key", "seq"], name="one_entry_per_duty_and_turn"),
            models.CheckConstraint(
                condition=Q(kind=EntryKind.PENALTY, amount_fen__gt=0)
                | Q(kind__in=[EntryKind.REVERSAL, EntryKind.WAIVER], amount_fen__lt=0),
                name="a_penalty_adds_and_the_others_take",
            ),
        ]
        indexes = [models.Index(fields=["dated"], name="entry_dated")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount_fen}"


class GoLive(models.Model):
    """The day this installation went live: nothing due before it is booked. The latest decision counts."""

    on = models.DateField(null=True)
    decided_at = models.DateTimeField(auto_now_add=True)
    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return str(self.on)
