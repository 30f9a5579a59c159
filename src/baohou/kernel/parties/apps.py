"""主体, as Django sees it."""

from django.apps import AppConfig


class Parties(AppConfig):
    name = "baohou.kernel.parties"
    label = "parties"
    verbose_name = "主体"

    def ready(self) -> None:
        from baohou.kernel.audit.capture import hide, name_noun

        name_noun("client", "parties.Party")
        hide("parties.Contact", "name", "phone")
        hide("parties.Account", "account_no", "holder")
