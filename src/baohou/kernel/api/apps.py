"""接口, as Django sees it."""

from django.apps import AppConfig


class Api(AppConfig):
    name = "baohou.kernel.api"
    label = "api"
    verbose_name = "接口"
