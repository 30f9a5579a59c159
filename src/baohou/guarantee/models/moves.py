"""Hand-overs of a person's work: which guarantees and which open duties passed from whom to whom, and who signs."""

from __future__ import annotations

from django.db import models

from baohou.guarantee.models.guarantees import Guarantee
from baohou.guarantee.rules.words import DutyKind


class WorkMove(models.Model):
    """A person's work passes to others from a day on. The managers' appointments of that day are what takes effect."""

    staff = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", help_text="who hands over")
    supervisor = models.ForeignKey(
        "people.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    effective_on = models.DateField()
    decided_on = models.DateField(help_text="the business day on which it was decided")
    because = models.TextField()
    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+", db_index=False)

    def __str__(self) -> str:
        return f"{self.staff} {self.effective_on}"


class MovedGuarantee(models.Model):
    """A guarantee's managers before and after."""

    move = models.ForeignKey(WorkMove, on_delete=models.CASCADE, related_name="guarantees")
    guarantee = models.ForeignKey(Guarantee, on_delete=models.PROTECT, related_name="+", db_index=False)
    was_a = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    was_b = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    now_a = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    now_b = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["move", "guarantee"], name="one_row_per_move_and_guarantee")]

    def __str__(self) -> str:
        return str(self.guarantee)


class MovedDuty(models.Model):
    """A duty that was open when its owner's work passed on: who is to do it, whoever answers for its having been late.

    ``owner`` is its owner at that moment; while the rules still name that owner, the duty stands on the list of ``to``.
    """

    move = models.ForeignKey(WorkMove, on_delete=models.CASCADE, related_name="duties")
    duty_key = models.BigIntegerField()
    kind = models.PositiveSmallIntegerField()
    what = models.CharField(max_length=255, help_text="the client, or the department, as it was called")
    due_on = models.DateField()
    owner = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    to = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["move", "duty_key"], name="one_row_per_move_and_duty")]

    def __str__(self) -> str:
        return f"{self.what} {self.due_on}"

    @property
    def kind_zh(self) -> str:
        """What the duty is called."""
        return DutyKind(self.kind).zh


class MovedAction(models.Model):
    """An action of a disposal measure that was still to be done when its doer's work passed on: who is to do it.

    ``owner`` is whom the measure names; of several hand-overs the last counts. ``action`` is its number: a measure that
    is written anew drops what it no longer says, and the list that people signed goes on telling it.
    """

    move = models.ForeignKey(WorkMove, on_delete=models.CASCADE, related_name="actions")
    action = models.BigIntegerField(db_index=True)
    what = models.CharField(max_length=255, help_text="the client as it was called")
    text = models.TextField()
    due_on = models.DateField()
    owner = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    to = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["move", "action"], name="one_row_per_move_and_action")]

    def __str__(self) -> str:
        return f"{self.what} {self.text} {self.due_on}"


class MoveSigner(models.Model):
    """Someone who has to sign the list of a hand-over, and when it was done."""

    move = models.ForeignKey(WorkMove, on_delete=models.CASCADE, related_name="signers")
    role = models.CharField(max_length=32)
    staff = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    signed_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["move", "role"], name="one_signer_per_move_and_role")]

    def __str__(self) -> str:
        return f"{self.role} {self.staff}"
