"""文书, as Django sees it."""

from django.apps import AppConfig


class Papers(AppConfig):
    name = "baohou.kernel.papers"
    label = "papers"
    verbose_name = "文书"

    def ready(self) -> None:
        from baohou.kernel.audit.capture import name_noun
        from baohou.kernel.papers.records import proving
        from baohou.kernel.papers.records.checking import NOUN

        name_noun(NOUN, "papers.Seal")
        proving.register()
