"""担保, as Django sees it."""

from pathlib import Path

from django.apps import AppConfig


class Guarantee(AppConfig):
    name = "baohou.guarantee"
    label = "guarantee"
    verbose_name = "担保"

    def ready(self) -> None:
        from baohou.guarantee.rules.parameters import CLAUSES, SPECS
        from baohou.kernel.rulebook import registry

        registry.register(SPECS, clauses=CLAUSES, shipped=Path(self.path) / "rulesets")
