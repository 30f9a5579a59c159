"""Acts that wait for a second pair of eyes, what became of them, and for which kinds one is asked."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from baohou.kernel.saying import SaidField


class State(models.IntegerChoices):
    """How a proposal stands. LAPSED: the record had changed; ALONE: carried out since nobody else could check it."""

    PENDING = 1, "待复核"
    APPROVED = 2, "已批准"
    REFUSED = 3, "已退回"
    WITHDRAWN = 4, "已撤回"
    LAPSED = 5, "已失效"
    ALONE = 6, "无人可复核"


class Proposal(models.Model):
    """An act that its maker asks for, with the exact arguments, and the answer of who checked it.

    ``digest`` is of kind, subject, arguments and ``stamp``; ``stamp`` stands for the record as the maker saw it.
    ``party`` or ``about`` is whom it concerns; their names are looked up, so that no copy of them stays here.
    """

    kind = models.CharField(max_length=32)
    subject = models.CharField(max_length=128, help_text="the record that would be changed; two may not wait for one")
    title = SaidField(help_text="what would be done, without the names of those concerned")
    rows = models.JSONField(default=list, help_text="what, before, after: in words, as sayings keep them")
    payload = models.JSONField(encoder=DjangoJSONEncoder)
    stamp = models.CharField(max_length=128, blank=True)
    digest = models.CharField(max_length=64)
    party = models.ForeignKey("parties.Party", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    about = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    maker = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(
        "people.Staff",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="who registered the system that asked",
    )
    holder = models.ForeignKey(
        "people.Staff",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="who made the token by which a system asked",
    )
    made_by = models.CharField(max_length=64, help_text="as the audit names the maker")
    made_on = models.DateField()
    made_at = models.DateTimeField(auto_now_add=True)
    because = models.TextField(blank=True)
    state = models.PositiveSmallIntegerField(choices=State.choices, default=State.PENDING)
    checker = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    decided_on = models.DateField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = SaidField(blank=True, help_text="of the refusal, or why it lapsed")
    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name_plural = "复核"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=Q(state=1), name="one_pending_proposal_per_record"
            ),
            models.CheckConstraint(condition=~Q(maker=F("checker")), name="nobody_checks_their_own_act"),
            models.CheckConstraint(
                condition=~Q(owner=F("checker")) & ~Q(holder=F("checker")),
                name="nobody_checks_what_their_system_asked",
            ),
            models.CheckConstraint(condition=~Q(about=F("checker")), name="nobody_checks_what_is_about_them"),
            models.CheckConstraint(condition=~Q(state=3) | ~Q(reason=""), name="a_refusal_says_why"),
            models.CheckConstraint(
                condition=Q(state=1, decided_at__isnull=True, checker__isnull=True)
                | Q(state__in=[2, 3], decided_at__isnull=False, checker__isnull=False)
                | Q(state__in=[4, 6], decided_at__isnull=False, checker__isnull=True)
                | Q(state=5, decided_at__isnull=False),
                name="a_check_has_its_checker",
            ),
        ]
        indexes = [models.Index(fields=["state", "kind"], name="proposals_that_wait")]

    def __str__(self) -> str:
        return f"{self.kind} {self.title}"


class CheckSetting(models.Model):
    """Whether a kind of act is asked a second pair of eyes for, from a moment on. The latest decision counts."""

    kind = models.CharField(max_length=32)
    on = models.BooleanField()
    decided_at = models.DateTimeField(auto_now_add=True)
    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["kind", "-id"], name="latest_check_setting")]

    def __str__(self) -> str:
        return f"{self.kind} {self.on}"
