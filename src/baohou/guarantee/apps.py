"""担保, as Django sees it."""

from django.apps import AppConfig


class Guarantee(AppConfig):
    name = "baohou.guarantee"
    label = "guarantee"
    verbose_name = "担保"
