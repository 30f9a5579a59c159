"""Where the room's pages live."""

from __future__ import annotations

from django.urls import path

from baohou.guarantee.views import archive, clients, decisions, duties, hand_overs, imports, reports, visits

urlpatterns = [
    path("clients/", clients.list_page, name="clients"),
    path("clients/<int:pk>/", clients.client_page, name="clients.one"),
    path("clients/<int:pk>/visit/", visits.record_page, name="clients.visit"),
    path("clients/<int:pk>/grade/", decisions.grade_page, name="clients.grade"),
    path("clients/<int:pk>/special/", decisions.order_page, name="clients.order"),
    path("clients/<int:pk>/measure/<str:quarter>/", reports.measure_page, name="clients.measure"),
    path("duties/<int:key>/why/", duties.why, name="duties.why"),
    path("reports/", reports.quarter_page, name="reports"),
    path("reports/<str:quarter>/", reports.quarter_page, name="reports.quarter"),
    path("reports/<str:quarter>/<int:department>/", reports.department_page, name="reports.department"),
    path("reports/<str:quarter>/<int:department>/<str:kind>/file/", reports.file_page, name="reports.file"),
    path("reports/<str:quarter>/<int:department>/<str:form>.<str:ending>", reports.form_file, name="reports.form"),
    path("handover/", hand_overs.list_page, name="handover"),
    path("handover/receipts/<int:pk>.pdf", hand_overs.receipt_file, name="handover.receipt"),
    path("handover/<str:quarter>/<int:department>/", hand_overs.one_page, name="handover.one"),
    path("handover/<str:quarter>/<int:department>/begin/", hand_overs.begin, name="handover.begin"),
    path("handover/<str:quarter>/<int:department>/refresh/", hand_overs.refresh, name="handover.refresh"),
    path("handover/<str:quarter>/<int:department>/give/", hand_overs.give, name="handover.give"),
    path("handover/<str:quarter>/<int:department>/withdraw/", hand_overs.withdraw, name="handover.withdraw"),
    path("handover/<str:quarter>/<int:department>/receive/", hand_overs.receive, name="handover.receive"),
    path("handover/<str:quarter>/<int:department>/back/", hand_overs.back_page, name="handover.back"),
    path("handover/<str:quarter>/<int:department>/sign/", hand_overs.sign_page, name="handover.sign"),
    path("handover/<str:quarter>/<int:department>/accept/", hand_overs.accept_page, name="handover.accept"),
    path("archive/", archive.list_page, name="handover.archive"),
    path("archive/rule/", archive.rule_page, name="handover.rule"),
    path("archive/<int:pk>/", archive.volume_page, name="handover.volume"),
    path("archive/<int:pk>.pdf", archive.contents_file, name="handover.contents"),
    path("archive/<int:pk>/move/", archive.move_page, name="handover.move"),
    path("archive/<int:pk>/lend/", archive.lend_page, name="handover.lend"),
    path("archive/<int:pk>/return/", archive.return_page, name="handover.return"),
    path("imports/", imports.upload_page, name="imports"),
    path("imports/<str:token>/", imports.check_page, name="imports.check"),
    path("imports/<str:token>/marked.xlsx", imports.marked_file, name="imports.marked"),
]
