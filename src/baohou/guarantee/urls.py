"""Where the room's pages live."""

from __future__ import annotations

from django.urls import path

from baohou.guarantee.views import clients, decisions, duties, imports, mappings, reports, visits

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
    path("imports/", imports.upload_page, name="imports"),
    path("imports/mappings/", mappings.list_page, name="imports.mappings"),
    path("imports/mappings/<int:pk>/mapping.toml", mappings.file, name="imports.mapping"),
    path("imports/mappings/<int:pk>/remove/", mappings.remove, name="imports.mapping.remove"),
    path("imports/<str:token>/columns/", mappings.columns_page, name="imports.columns"),
    path("imports/<str:token>/", imports.check_page, name="imports.check"),
    path("imports/<str:token>/marked.xlsx", imports.marked_file, name="imports.marked"),
]
