"""留痕, as Django sees it."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class Audit(AppConfig):
    name = "baohou.kernel.audit"
    label = "audit"
    verbose_name = "留痕"

    def ready(self) -> None:
        from baohou.kernel.audit import guards, proofs

        post_migrate.connect(guards.put_up_after_migrating, sender=self)
        proofs.register_own()
