"""The roof, as Django sees it."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "baohou.config"
    label = "config"
