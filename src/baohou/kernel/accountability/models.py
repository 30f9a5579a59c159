"""The ledger of penalties: append-only, in fen; a reversal or a waiver is another entry. Appeals, decisions."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


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
    staff = models.ForeignKey(
        "people.Staff", on_delete=models.PROTECT, related_name="entries", db_index=False, db_constraint=False
    )
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
        indexes = [
            models.Index(fields=["dated", "staff", "kind", "amount_fen"], name="entry_dated"),
            models.Index(fields=["staff", "dated", "amount_fen"], name="entry_of_staff"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount_fen}"


class Appeal(models.Model):
    """What a person says against a penalty. Open until ``closed_on``, the day of its one decision."""

    duty_key = models.BigIntegerField()
    staff = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="appeals")
    department = models.ForeignKey("people.Department", null=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    filed_on = models.DateField()
    closed_on = models.DateField(null=True)
    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name_plural = "申诉"
        constraints = [
            models.UniqueConstraint(
                fields=["duty_key", "staff"],
                condition=Q(closed_on__isnull=True),
                name="one_open_appeal_per_duty_and_person",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="an_appeal_says_why"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("filed_on")),
                name="an_appeal_is_closed_after_it_was_filed",
            ),
        ]
        indexes = [
            models.Index(fields=["duty_key"], name="appeal_of_duty"),
            models.Index(fields=["filed_on", "id"], name="appeal_filed"),
        ]

    def __str__(self) -> str:
        return f"{self.staff} {self.filed_on}"


class Verdict(models.IntegerChoices):
    """How an appeal ended; VOID: nothing was left to decide, since the penalty had been taken back."""

    UPHELD = 1, "维持"
    REDUCED = 2, "部分减免"
    CANCELLED = 3, "全部减免"
    WITHDRAWN = 4, "撤回"
    VOID = 5, "已冲回"


class AppealDecision(models.Model):
    """The end of an appeal, by whom and why; one that grants names the waiver it wrote."""

    appeal = models.OneToOneField(Appeal, on_delete=models.PROTECT, related_name="decision")
    verdict = models.PositiveSmallIntegerField(choices=Verdict.choices)
    amount_fen = models.BigIntegerField(default=0, help_text="waived; 0 unless granted")
    because = models.TextField(blank=True)
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    waiver = models.OneToOneField(Entry, null=True, on_delete=models.PROTECT, related_name="+")
    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=[Verdict.REDUCED, Verdict.CANCELLED], amount_fen__gt=0, waiver__isnull=False)
                | Q(verdict__in=[Verdict.UPHELD, Verdict.WITHDRAWN, Verdict.VOID], amount_fen=0, waiver__isnull=True),
                name="a_decision_waives_when_it_grants",
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=[Verdict.WITHDRAWN, Verdict.VOID]) | ~Q(because=""),
                name="a_decision_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} {self.on}"


class GoLive(models.Model):
    """The day this installation went live: nothing due before it is booked. The latest decision counts."""

    on = models.DateField(null=True)
    decided_at = models.DateTimeField(auto_now_add=True)
    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return str(self.on)
