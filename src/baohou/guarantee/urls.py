"""Where the room's pages live."""

from __future__ import annotations

from django.urls import path

from baohou.guarantee.views import clients, decisions, duties, grading, imports, measures, reports, table_review, visits

urlpatterns = [
    path("clients/", clients.list_page, name="clients"),
    path("clients/<int:pk>/", clients.client_page, name="clients.one"),
    path("clients/<int:pk>/visit/", visits.record_page, name="clients.visit"),
    path("clients/<int:pk>/grade/", decisions.grade_page, name="clients.grade"),
    path("clients/<int:pk>/special/", decisions.order_page, name="clients.order"),
    path("clients/<int:pk>/measure/<str:quarter>/", measures.measure_page, name="clients.measure"),
    path("measures/actions/<int:pk>/done/", measures.action_done, name="measures.done"),
    path("duties/<int:key>/why/", duties.why, name="duties.why"),
    path("grading/", grading.here, name="grading"),
    path("grading/<str:quarter>/", grading.quarter_page, name="grading.quarter"),
    path("grading/<str:quarter>/<int:department>/", grading.table_page, name="grading.table"),
    path("grading/<str:quarter>/<int:department>/rows/<int:client>/", grading.row, name="grading.row"),
    path("grading/<str:quarter>/<int:department>/several/", grading.several, name="grading.several"),
    path("grading/<str:quarter>/<int:department>/rest/", grading.rest, name="grading.rest"),
    path("grading/<str:quarter>/<int:department>/sign/", table_review.sign_page, name="grading.sign"),
    path("grading/<str:quarter>/<int:department>/review/", table_review.review_page, name="grading.review"),
    path("reports/", reports.quarter_page, name="reports"),
    path("reports/<str:quarter>/", reports.quarter_page, name="reports.quarter"),
    path("reports/<str:quarter>/<int:department>/", reports.department_page, name="reports.department"),
    path("reports/<str:quarter>/<int:department>/<str:kind>/file/", reports.file_page, name="reports.file"),
    path("reports/<str:quarter>/<int:department>/<str:form>.<str:ending>", reports.form_file, name="reports.form"),
    path("imports/", imports.upload_page, name="imports"),
    path("imports/<str:token>/", imports.check_page, name="imports.check"),
    path("imports/<str:token>/marked.xlsx", imports.marked_file, name="imports.marked"),
]
