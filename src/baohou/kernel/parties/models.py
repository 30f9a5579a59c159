"""Companies and persons, each once, by a checked identity number."""

from __future__ import annotations

from django.db import models

from baohou.kernel.parties.industries import UNKNOWN, Industry


class Party(models.Model):
    id_no = models.CharField("证件号码", max_length=64, unique=True, help_text="已规范化：半角、无空白、大写")
    name = models.CharField("名称", max_length=128, db_index=True)
    initials = models.CharField("拼音首字母", max_length=128, db_index=True, blank=True)

    industry = models.PositiveSmallIntegerField(
        "行业", choices=Industry.choices, default=UNKNOWN, db_default=UNKNOWN, help_text="GB/T 4754 门类；0 为未填"
    )

    class Meta:
        verbose_name_plural = "主体"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(industry__in=[UNKNOWN, *Industry.values]), name="industry_is_a_section_or_unknown"
            )
        ]

    def __str__(self) -> str:
        return self.name
