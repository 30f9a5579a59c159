"""Companies and persons, each once, by a checked identity number."""

from __future__ import annotations

from django.db import models


class Party(models.Model):
    id_no = models.CharField("证件号码", max_length=64, unique=True, help_text="已规范化：半角、无空白、大写")
    name = models.CharField("名称", max_length=128, db_index=True)
    initials = models.CharField("拼音首字母", max_length=128, db_index=True, blank=True)

    class Meta:
        verbose_name_plural = "主体"

    def __str__(self) -> str:
        return self.name
