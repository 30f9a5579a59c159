"""制度, as Django sees it."""

from django.apps import AppConfig


class Rulebook(AppConfig):
    name = "baohou.kernel.rulebook"
    label = "rulebook"
    verbose_name = "制度"
