"""Tokens by which people and systems call, and the writes that were asked for with their answers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from baohou.kernel.people.models import IN_SERVICE, Post


class System(models.Model):
    """A program that calls on its own account, with the reach and the rights of a post."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=64)
    post = models.CharField(max_length=32, choices=Post.choices)
    department = models.ForeignKey("people.Department", null=True, blank=True, on_delete=models.PROTECT)
    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(post__in=sorted(post.value for post in IN_SERVICE)), name="system_has_a_post_in_service"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.code}）"


class Token(models.Model):
    """A token; of its secret only the digest is kept. ``prefix`` is what people tell it by."""

    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the whole token")
    name = models.CharField(max_length=64, help_text="what it is for")
    staff = models.ForeignKey(
        "people.Staff", null=True, blank=True, on_delete=models.PROTECT, related_name="api_tokens"
    )
    system = models.ForeignKey(System, null=True, blank=True, on_delete=models.PROTECT, related_name="tokens")
    scopes = models.JSONField(default=list, help_text="values of Right, and own")
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(staff__isnull=True, system__isnull=False) | Q(staff__isnull=False, system__isnull=True),
                name="token_is_a_persons_or_a_systems",
            )
        ]

    def __str__(self) -> str:
        return f"{self.prefix} {self.name}"

    @property
    def owner(self) -> str:
        """Whose it is, in a word that no other owner has."""
        return f"staff:{self.staff_id}" if self.staff_id else f"system:{self.system_id}"


class Call(models.Model):
    """A write that was asked for under an Idempotency-Key: at work until ``ended_at``, then its answer."""

    owner = models.CharField(max_length=64)
    key = models.CharField(max_length=64, help_text="SHA-256 of the key")
    asked = models.CharField(max_length=64, help_text="SHA-256 of method, path and body")
    scopes = models.JSONField(default=list, help_text="of the token that asked")
    claim = models.UUIDField(help_text="of the worker that is at work on it")
    lease_until = models.DateTimeField(help_text="after this moment another worker may take it over")
    ended_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.TextField(blank=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="one_call_per_owner_and_key"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, status=0) | Q(ended_at__isnull=False, status__gte=200),
                name="a_call_that_ended_has_its_status",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner} {self.key[:12]}"
