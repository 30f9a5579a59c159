"""Where the pages about penalties live."""

from __future__ import annotations

from django.urls import path

from baohou.kernel.accountability import appeal_views, list_views, statement_views, views

urlpatterns = [
    path("penalties/", views.ledger_page, name="penalties"),
    path("penalties/export.xlsx", list_views.ledger_file, name="penalties.list"),
    path("penalties/totals/", views.totals_part, name="penalties.totals"),
    path("penalties/statement/", statement_views.statement_now, name="penalties.statement"),
    path("penalties/statement/<str:month>.<str:ending>", statement_views.statement_file, name="penalties.file"),
    path("penalties/statement/<str:month>/", statement_views.month_page, name="penalties.statement.month"),
    path(
        "penalties/statement/<str:month>/<int:staff>/", statement_views.person_page, name="penalties.statement.person"
    ),
    path(
        "penalties/statement/<str:month>/<int:staff>.<str:ending>",
        statement_views.statement_file,
        name="penalties.file.person",
    ),
    path("penalties/<int:key>/<int:staff>/", views.story_page, name="penalties.story"),
    path("penalties/<int:key>/<int:staff>/waive/", views.waive_page, name="penalties.waive"),
    path("penalties/<int:key>/<int:staff>/reverse/", views.reverse_page, name="penalties.reverse"),
    path("penalties/<int:key>/<int:staff>/appeal/", appeal_views.appeal_page, name="penalties.appeal"),
    path("appeals/", appeal_views.appeals_page, name="appeals"),
    path("appeals/export.xlsx", list_views.appeals_file, name="appeals.list"),
    path("appeals/<int:pk>/decide/", appeal_views.decide_page, name="appeals.decide"),
    path("appeals/<int:pk>/withdraw/", appeal_views.withdraw_act, name="appeals.withdraw"),
    path("appeals/<int:pk>/close/", appeal_views.close_act, name="appeals.close"),
    path("appeals/<int:pk>/files/<int:file>/", appeal_views.attachment_file, name="appeals.file"),
]
