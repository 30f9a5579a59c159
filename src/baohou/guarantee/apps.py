"""担保, as Django sees it."""

from pathlib import Path

from django.apps import AppConfig


class Guarantee(AppConfig):
    name = "baohou.guarantee"
    label = "guarantee"
    verbose_name = "担保"

    def ready(self) -> None:
        from baohou.day import jobs
        from baohou.guarantee import steps
        from baohou.guarantee.imports.jobs import CHECK, TAKE
        from baohou.guarantee.rules.parameters import CLAUSES, SPECS
        from baohou.guarantee.rules.words import CLAUSE_OF, PENALTY_OF, DutyKind
        from baohou.kernel.duties import kinds
        from baohou.kernel.rulebook import registry

        registry.register(SPECS, clauses=CLAUSES, shipped=Path(self.path) / "rulesets")
        steps.register()
        jobs.register(CHECK)
        jobs.register(TAKE)
        for kind in DutyKind:
            kinds.register(kinds.Kind(kind.value, kind.code, kind.zh, CLAUSE_OF[kind], PENALTY_OF[kind]))
