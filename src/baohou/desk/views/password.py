"""Choosing one's own password; whoever got one from the administrator comes here first."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

from baohou.kernel.people.logins import password_changed
from baohou.kernel.people.models import Staff


class OwnPassword(PasswordChangeView):
    """The framework's own page of a change of password, in our shell and with our audit."""

    template_name = "desk/password.html"
    success_url = reverse_lazy("home")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        staff = Staff.objects.filter(user_id=self.request.user.pk or 0).first()
        return super().get_context_data(first=staff is not None and staff.must_change_password, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        staff = Staff.objects.filter(user_id=self.request.user.pk or 0).first()
        if staff is not None:
            password_changed(staff=staff, door="page")
        messages.success(self.request, _("密码已改，下次用新密码登录。"), extra_tags="ok")
        return answer
