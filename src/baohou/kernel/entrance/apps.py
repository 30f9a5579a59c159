"""登录, as Django sees it."""

from django.apps import AppConfig


class Entrance(AppConfig):
    name = "baohou.kernel.entrance"
    label = "entrance"
    verbose_name = "登录"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from baohou.kernel.entrance.factors import RESET
        from baohou.kernel.notices import kinds

        user_logged_in.connect(_begin, dispatch_uid="entrance.begin")
        kinds.register(RESET)


def _begin(sender: object, request: object, **_: object) -> None:
    """A session begins with its log-in, whichever way that came."""
    from baohou.kernel.people.sessions import begin

    if getattr(request, "session", None) is not None:
        begin(request)  # type: ignore[arg-type]
