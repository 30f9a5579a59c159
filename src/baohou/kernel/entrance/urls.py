"""Where people get in, and where they look after their log-in."""

from __future__ import annotations

from django.urls import path

from baohou.kernel.entrance import admin_views, own_views, views

urlpatterns = [
    path("login/", views.log_in, name="login"),
    path("login/code/", views.code_page, name="mfa_authenticate"),
    path("login/oidc/", views.oidc_page, name="oidc"),
    path("login/oidc/done/", views.oidc_done, name="oidc.done"),
    path("logout/", views.log_out, name="logout"),
    path("password/", views.password_page, name="password"),
    path("confirm/", views.confirm_page, name="confirm"),
    path("security/", own_views.security_page, name="security"),
    path("security/factor/", own_views.factor_page, name="factor"),
    path("security/factor/codes/", own_views.codes_page, name="factor.codes"),
    path("security/factor/remove/", own_views.remove_page, name="factor.remove"),
    path("security/sessions/end/", own_views.end_page, name="sessions.end"),
    path("people/factors/", admin_views.demands_page, name="people.factors"),
    path("people/<int:pk>/entrance/", admin_views.entrance_page, name="people.entrance"),
]
