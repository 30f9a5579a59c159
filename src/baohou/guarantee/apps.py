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
        from baohou.guarantee.imports.checked import IMPORT
        from baohou.guarantee.imports.jobs import CHECK, TAKE
        from baohou.guarantee.queries import table_paper
        from baohou.guarantee.queries.hand_overs import RECEIPT, VOLUMES, tell_receipt
        from baohou.guarantee.queries.late_records import find_recorded_on
        from baohou.guarantee.queries.left_drafts import drafts_left
        from baohou.guarantee.queries.moves import managers_or_departments_left
        from baohou.guarantee.queries.pages import waiting, waiting_appeals, waiting_reports
        from baohou.guarantee.queries.plans import PAPER, tell_accepted_plan
        from baohou.guarantee.queries.sealed_visits import KIND, tell_visit
        from baohou.guarantee.rules.parameters import CLAUSES, SPECS
        from baohou.guarantee.rules.words import CLAUSE_OF, PENALTY_OF, DutyKind
        from baohou.guarantee.services import destroying, moves, old_tables, telling
        from baohou.guarantee.services.checked_grades import RISK, WATCH
        from baohou.guarantee.services.retention import CONTACTS, DRAFTS, IMPORTS, PERSONS, TEXTS
        from baohou.kernel.approvals import kinds as approvals
        from baohou.kernel.audit import retention
        from baohou.kernel.audit.capture import leave_out, name_noun
        from baohou.kernel.duties import evidence, kinds
        from baohou.kernel.notices import kinds as notices
        from baohou.kernel.papers import archive, records
        from baohou.kernel.people import bonds
        from baohou.kernel.rulebook import registry

        name_noun("guarantee", "guarantee.Guarantee")
        leave_out("guarantee.Touched", "guarantee.Recheck", because="marks of what the day has to look at")
        sums = ("Summary", "PortfolioSlice", "AmountSlice", "HeavyClient", "KeptSlice", "OverdueSlice", "ReportSlice")
        leave_out(*(f"guarantee.{name}" for name in sums), because="sums, derived anew from what they add up")
        begun = "nobody's until its visit is submitted; the act that does it, discards or hands it over tells it"
        leave_out("guarantee.VisitUpload", "guarantee.VisitDraft", because=begun)
        leave_out("guarantee.ImportUpload", "guarantee.MarkedCopy", because="asking for them and taking them are acts")
        registry.register(SPECS, clauses=CLAUSES, shipped=Path(self.path) / "rulesets")
        steps.register()
        jobs.register(CHECK)
        jobs.register(TAKE)
        for kind in DutyKind:
            kinds.register(kinds.Kind(kind.value, kind.code, kind.zh, CLAUSE_OF[kind], PENALTY_OF[kind]))
        evidence.register(find_recorded_on)
        for notice in telling.KINDS:
            notices.register(notice)
        for checked in (RISK, WATCH, IMPORT, destroying.DESTRUCTION):
            approvals.register(checked)
        for source in (*waiting_appeals.SOURCES, *waiting_reports.SOURCES):
            waiting.register(source)
        bonds.register(managers_or_departments_left)
        bonds.register(drafts_left)
        for rule in (DRAFTS, TEXTS, IMPORTS, CONTACTS, old_tables.TABLES, PERSONS):
            retention.register(rule)
        archive.register(archive.VolumeKind(VOLUMES, "客户回访报告", "BHHF"))
        for paper in (
            records.PaperKind(KIND, "客户回访报告", tell_visit),
            records.PaperKind(PAPER, "回访计划表", tell_accepted_plan),
            records.PaperKind(table_paper.PAPER, "在保客户分类表", table_paper.tell),
            records.PaperKind(RECEIPT, "客户回访报告移交回执", tell_receipt),
            records.PaperKind(moves.PAPER, "工作移交清单", moves.tell),
        ):
            records.register(paper)
