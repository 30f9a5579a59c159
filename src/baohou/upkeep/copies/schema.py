"""The tables that an archive holds, as they were at its migrations; not those that belong to the machine."""

from __future__ import annotations

from typing import Final

from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

from baohou.core.errors import Refused

Node = tuple[str, str]
"""An app's label and the name of one of its migrations."""

OWN: Final = frozenset({"sessions_session", "watch_readonly", "watch_backup"})
"""Tables that tell of an installation and not of its data: who is logged in, whether it is closed, its copies."""


def shipped() -> list[Node]:
    """The migrations of this release."""
    return sorted(MigrationLoader(None).disk_migrations)


def applied(using: str) -> list[Node]:
    """The migrations that a database has been brought to. Refused when it lacks some of this release's."""
    done = set(MigrationRecorder(connections[using]).applied_migrations())
    mine = set(shipped())
    if mine - done:
        raise Refused("upkeep.not_migrated", "数据库还没有升级到这个版本，请先运行 baohou migrate。")
    return sorted(done & mine)


def unknown(nodes: list[Node]) -> list[Node]:
    """Those migrations that this release does not have."""
    mine = set(shipped())
    return [node for node in nodes if node not in mine]


def leaves_of(nodes: list[Node]) -> list[Node]:
    """Those migrations on which none of the others stands."""
    known, graph = set(nodes), MigrationLoader(None).graph
    return [node for node in nodes if not any(child.key in known for child in graph.node_map[node].children)]


def models_at(nodes: list[Node]) -> dict[str, type[Model]]:
    """The models by table as they were at some migrations, but those of OWN."""
    state = MigrationLoader(None).project_state(leaves_of(nodes))
    models = state.apps.get_models(include_auto_created=True)
    return {model._meta.db_table: model for model in models if model._meta.db_table not in OWN}
