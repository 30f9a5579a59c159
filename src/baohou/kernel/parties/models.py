"""Companies and persons, each once, by a checked identity number; whom to call there, and the accounts that repay."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from baohou.kernel.parties.calling import (
    LONGEST_ACCOUNT,
    LONGEST_BANK,
    LONGEST_HOLDER,
    LONGEST_NAME,
    LONGEST_PHONE,
    SHORTEST_ACCOUNT,
)
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


class Role(models.TextChoices):
    """Who someone is to a client; at most one person of each."""

    LEGAL = "legal", "法定代表人"
    CONTROLLER = "controller", "实际控制人"
    CONTACT = "contact", "联系人"
    FINANCE = "finance", "财务负责人"


class Contact(models.Model):
    """Somebody to call about a client."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="contacts", verbose_name="主体")
    role = models.CharField("身份", max_length=16, choices=Role.choices)
    name = models.CharField("姓名", max_length=LONGEST_NAME)
    phone = models.CharField("电话", max_length=LONGEST_PHONE, blank=True, help_text="已规范化；空为不知道")

    class Meta:
        verbose_name_plural = "联系人"
        constraints = [
            models.UniqueConstraint(fields=["party", "role"], name="a_client_has_one_contact_of_a_role"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="a_contact_has_a_known_role"),
            models.CheckConstraint(condition=~models.Q(name=""), name="a_contact_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{Role(self.role).label} {self.name}"


class Account(models.Model):
    """An account from which a client repays."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="accounts", verbose_name="主体")
    bank = models.CharField("开户行", max_length=LONGEST_BANK)
    account_no = models.CharField("账号", max_length=LONGEST_ACCOUNT, help_text="已规范化：只有数字")
    holder = models.CharField("户名", max_length=LONGEST_HOLDER, blank=True, help_text="空为主体本身")

    class Meta:
        verbose_name_plural = "还款账户"
        constraints = [
            models.UniqueConstraint(fields=["party", "account_no"], name="a_client_has_an_account_once"),
            models.CheckConstraint(condition=~models.Q(bank=""), name="an_account_has_a_bank"),
            models.CheckConstraint(
                condition=models.Q(GreaterThanOrEqual(Length("account_no"), SHORTEST_ACCOUNT))
                & models.Q(LessThanOrEqual(Length("account_no"), LONGEST_ACCOUNT)),
                name="an_account_number_has_8_to_32_digits",
            ),
        ]

    def __str__(self) -> str:
        return self.bank
