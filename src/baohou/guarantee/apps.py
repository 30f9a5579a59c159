"""担保, as Django sees it."""

from pathlib import Path

from django.apps import AppConfig


class Guarantee(AppConfig):
    name = "baohou.guarantee"
    label = "guarantee"
    verbose_name = "担保"

    def ready(self) -> None:
        from baohou.guarantee import steps
        from baohou.guarantee.queries.sealed_visits import KIND, tell_visit
        from baohou.guarantee.rules.parameters import CLAUSES, SPECS
        from baohou.guarantee.rules.words import CLAUSE_OF, PENALTY_OF, DutyKind
        from baohou.kernel.duties import kinds
        from baohou.kernel.papers import records
        from baohou.kernel.rulebook import registry

        records.register(records.PaperKind(KIND, "客户回访报告", tell_visit))
        registry.register(SPECS, clauses=CLAUSES, shipped=Path(self.path) / "rulesets")
        steps.register()
        for kind in DutyKind:
            kinds.register(kinds.Kind(kind.value, kind.code, kind.zh, CLAUSE_OF[kind], PENALTY_OF[kind]))
