"""The hand-over of a quarter's visit reports, ticked item by item and receipted by both sides (PGM.11)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from baohou.guarantee.models.filings import Filing
from baohou.guarantee.models.visits import Visit
from baohou.guarantee.rules.words import Medium


class HandOver(models.Model):
    """A department's list of a quarter's reports. ``filing`` appears when the department first signs."""

    department = models.ForeignKey("people.Department", on_delete=models.PROTECT, related_name="+")
    quarter = models.DateField(help_text="the last day of the quarter")
    filing = models.OneToOneField(Filing, null=True, on_delete=models.PROTECT, related_name="hand_over")
    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["department", "quarter"], name="one_hand_over_per_department_and_quarter")
        ]

    def __str__(self) -> str:
        return f"{self.department} {self.quarter}"


class HandOverReceipt(models.Model):
    """What the department signed to have given; the risk department signs for it, or returns it with a reason.

    A list has one receipt, more when one was returned or when visits were recorded after the archive had the rest.
    """

    hand_over = models.ForeignKey(HandOver, on_delete=models.CASCADE, related_name="receipts")
    signed_on = models.DateField()
    signed_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    returned_on = models.DateField(null=True)
    because = models.TextField(blank=True)
    accepted_on = models.DateField(null=True)
    accepted_by = models.ForeignKey(
        "people.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    volume = models.OneToOneField("papers.Volume", null=True, on_delete=models.PROTECT, related_name="+")
    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hand_over"],
                name="one_receipt_waits_per_hand_over",
                condition=Q(returned_on__isnull=True, accepted_on__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(returned_on__isnull=True) | (Q(accepted_on__isnull=True) & ~Q(because="")),
                name="a_receipt_is_returned_with_a_reason_or_accepted",
            ),
            models.CheckConstraint(
                condition=Q(accepted_on__isnull=True, accepted_by__isnull=True, volume__isnull=True)
                | Q(accepted_on__isnull=False, accepted_by__isnull=False, volume__isnull=False),
                name="an_accepted_receipt_has_its_volume",
            ),
            models.CheckConstraint(
                condition=Q(accepted_by__isnull=True) | ~Q(accepted_by=F("signed_by")), name="two_people_sign_a_receipt"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hand_over} {self.signed_on}"


class HandOverItem(models.Model):
    """One report on the list: who gave it when, who received it when, why it was sent back last."""

    hand_over = models.ForeignKey(HandOver, on_delete=models.CASCADE, related_name="items")
    visit = models.OneToOneField(Visit, on_delete=models.PROTECT, related_name="hand_over_item")
    medium = models.PositiveSmallIntegerField(choices=Medium.choices(), default=Medium.PAPER)
    pages = models.PositiveSmallIntegerField(null=True)
    given_by = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    given_on = models.DateField(null=True)
    received_by = models.ForeignKey(
        "people.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    received_on = models.DateField(null=True)
    sent_back = models.TextField(blank=True, help_text="why it was sent back last")
    sent_back_by = models.ForeignKey(
        "people.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    sent_back_on = models.DateField(null=True)
    receipt = models.ForeignKey(HandOverReceipt, null=True, on_delete=models.PROTECT, related_name="items")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(medium__in=Medium.numbers()), name="item_has_a_known_medium"),
            models.CheckConstraint(
                condition=Q(given_on__isnull=True, given_by__isnull=True)
                | Q(given_on__isnull=False, given_by__isnull=False),
                name="somebody_gave_what_was_given",
            ),
            models.CheckConstraint(
                condition=Q(received_on__isnull=True, received_by__isnull=True)
                | Q(received_on__isnull=False, received_by__isnull=False, given_on__isnull=False),
                name="only_what_was_given_is_received",
            ),
            models.CheckConstraint(
                condition=Q(received_by__isnull=True) | ~Q(received_by=F("given_by")),
                name="nobody_receives_what_one_gave",
            ),
            models.CheckConstraint(
                condition=Q(receipt__isnull=True) | Q(given_on__isnull=False), name="a_receipt_lists_what_was_given"
            ),
        ]
        indexes = [
            models.Index(
                fields=["hand_over"], condition=Q(sent_back__gt="", given_on__isnull=True), name="item_sent_back"
            )
        ]

    def __str__(self) -> str:
        return f"{self.hand_over} {self.visit_id}"
