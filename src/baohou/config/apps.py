"""The roof, as Django sees it."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "baohou.config"
    label = "config"

    def ready(self) -> None:
        from baohou.config import addresses  # noqa: F401  registers its check
        from baohou.kernel.among import ask_by_arrays
        from baohou.kernel.audit import capture

        ask_by_arrays()
        # Every app is ready by now: what they leave out is known.
        capture.watch()
