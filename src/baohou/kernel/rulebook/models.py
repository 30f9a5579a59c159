"""The rule book in the database: rule sets, versions, clauses, parameters, exceptions."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class RuleSet(models.Model):
    code = models.CharField(max_length=16, unique=True, help_text="如 PGM")
    title = models.CharField(max_length=128)

    def __str__(self) -> str:
        return self.title


class RuleVersion(models.Model):
    """A version in force from effective_on up to the day before ends_on; an empty ends_on means until replaced.

    ``until`` is the end that the version itself says (empty: until replaced); ``ends_on`` is the day it ends as the
    versions now stand: that day, or the day on which the next one replaces it.
    """

    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="versions")
    name = models.CharField(max_length=64, help_text="如 2016-04-01")
    effective_on = models.DateField()
    until = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    reference = models.TextField(blank=True)
    adopted_by = models.CharField(max_length=128, blank=True)
    digest = models.CharField(
        max_length=64, help_text="SHA-256 of the content, so that the same file twice is one version"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule_set", "effective_on"], name="one_version_per_rule_set_and_day"),
            models.UniqueConstraint(fields=["rule_set", "name"], name="a_version_has_one_name"),
            models.UniqueConstraint(
                fields=["rule_set"], condition=Q(ends_on__isnull=True), name="one_open_version_per_rule_set"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until=F("ends_on")), name="a_version_ends_when_it_says"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("effective_on")),
                name="a_version_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_set.code} {self.name}"


class Clause(models.Model):
    version = models.ForeignKey(RuleVersion, on_delete=models.CASCADE, related_name="clauses")
    code = models.CharField(max_length=16, help_text="如 PGM.3")
    title = models.CharField(max_length=64)
    text = models.TextField()
    reference = models.TextField()
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="one_clause_per_version_and_code")]
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Parameter(models.Model):
    clause = models.ForeignKey(Clause, on_delete=models.CASCADE, related_name="parameters")
    name = models.CharField(max_length=32)
    value = models.JSONField()
    reference = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clause", "name"], name="one_value_per_clause_and_parameter")]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.name} = {self.value}"


class ParameterException(models.Model):
    """A labelled exception to a parameter: when all its conditions hold, its value stands instead."""

    parameter = models.ForeignKey(Parameter, on_delete=models.CASCADE, related_name="exceptions")
    label = models.CharField(max_length=64)
    when = models.JSONField(help_text='如 {"department": ["业务一部"]}')
    value = models.JSONField()
    reference = models.TextField()
    over = models.JSONField(default=list, help_text="它优先于哪些例外（例外的名称）")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["parameter", "label"], name="one_exception_per_label")]

    def __str__(self) -> str:
        return self.label
