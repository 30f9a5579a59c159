"""文书, as Django sees it."""

from django.apps import AppConfig


class Papers(AppConfig):
    name = "baohou.kernel.papers"
    label = "papers"
    verbose_name = "文书"
