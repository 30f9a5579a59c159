"""What an act adds, changes and removes: noted as it is saved, so that a verb has it for nothing.

From record_act to the end of its transaction, whatever the models save or delete is the act's. What is written many
rows at once goes through add_rows, change_rows and set_rows. Derived tables are left out, each with its reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, cast

from django.apps import apps
from django.db import connection
from django.db.models import Field, ForeignKey, Model, QuerySet
from django.db.models.signals import post_delete, post_save, pre_save

from baohou.kernel.audit.chain import canonical
from baohou.kernel.audit.chunks import pack
from baohou.kernel.audit.masking import hidden, mask, plain
from baohou.kernel.audit.models import Act, Change, Concern

M = TypeVar("M", bound=Model)
ROW_BY_ROW: Final = 100
"""So many rows added at once have a row of the audit each; more share one by the thousand (chunks). Only what the day
adds is then told by its number and the digest of all."""

_LEFT_OUT: dict[str, str] = {}
_NOUNS: dict[str, str] = {}
_FIELDS: dict[str, str] = {}
_HIDDEN: dict[str, frozenset[str]] = {}


def leave_out(*labels: str, because: str) -> None:
    """Rows of these models are not noted: ``because`` says what they are derived from, or where else they are told."""
    _LEFT_OUT.update(dict.fromkeys((label.lower() for label in labels), because))


def name_noun(noun: str, label: str = "", *, fields: Sequence[str] = ()) -> None:
    """Let acts be found by a model's rows and by what refers to them; or by fields that hold such a number."""
    if label:
        _NOUNS[label.lower()] = noun
    _FIELDS.update(dict.fromkeys(fields, noun))


def hide(label: str, *fields: str) -> None:
    """Texts of a model that name or reach persons: the audit notes them masked, with the tag that tells two apart."""
    _HIDDEN[label.lower()] = frozenset(fields)


def list_left_out() -> dict[str, str]:
    """The models left out, with the reason of each."""
    return dict(_LEFT_OUT)


def watched() -> list[type[Model]]:
    """Every model whose rows are noted."""
    ours = (model for model in apps.get_models() if model.__module__.startswith("baohou."))
    return [model for model in ours if model._meta.label_lower not in _LEFT_OUT and model._meta.app_label != "audit"]


def watch() -> None:
    """Begin to note; called once every app is ready."""
    for model in watched():
        uid = f"audit.{model._meta.label}"
        pre_save.connect(_before_saving, sender=model, dispatch_uid=uid)
        post_save.connect(_saved, sender=model, dispatch_uid=uid)
        post_delete.connect(_deleted, sender=model, dispatch_uid=uid)


@dataclass
class Open:
    """The act of the transaction at work, the tables it told of in its own words, and what it is about so far."""

    act: Act
    told: set[str] = field(default_factory=set)
    about: set[tuple[str, int]] = field(default_factory=set)
    forgets: bool = False
    ended: Callable[[], object] = field(default=lambda: None)


_NAME: Final = "audit_open_act"


def begin(act: Act, ended: Callable[[], object]) -> None:
    """The act of the present transaction; ``ended`` is what the transaction was told to call when it commits."""
    setattr(connection, _NAME, Open(act, ended=ended))


def get_open() -> Open | None:
    """The act of the transaction at work; None after its end, and after a rollback took it back."""
    found: Open | None = getattr(connection, _NAME, None)
    if found is None or not connection.in_atomic_block:
        return None
    return found if any(hook[1] is found.ended for hook in reversed(connection.run_on_commit)) else None


@contextmanager
def forgetting() -> Iterator[None]:
    """Personal data goes by rule: rows that are removed meanwhile are told by number, not by what they said.

    Within an act; what earlier acts told stays as it is.
    """
    opened = get_open()
    if opened is None:
        raise RuntimeError("rows would be forgotten without an act")
    opened.forgets = True
    try:
        yield
    finally:
        opened.forgets = False


def snapshot(row: Model) -> dict[str, Any]:
    """All columns of a row, as the audit keeps them."""
    unsaid = _HIDDEN.get(row._meta.label_lower, frozenset())
    values = ((one.attname, one.value_from_object(row)) for one in row._meta.concrete_fields)
    return {name: hidden(value) if name in unsaid else plain(value) for name, value in values}


def note(changes: Iterable[tuple[type[Model], str, int | None, Any, Any]], *, opened: Open) -> None:
    """Write down rows of models: (model, business key, number, before, after)."""
    rows = list(changes)
    Change.objects.bulk_create(
        [
            Change(act=opened.act, table=model._meta.label, key=mask(key)[:255], row=number, before=before, after=after)
            for model, key, number, before, after in rows
        ],
        batch_size=500,
    )
    about: set[tuple[str, int]] = set()
    for model, _, number, before, after in rows:
        about |= _about(model, number, before) | _about(model, number, after)
    concern(about, opened=opened)


def concern(about: Iterable[tuple[str, int]], *, opened: Open) -> None:
    """Write down what an act is about, each once."""
    fresh = sorted(set(about) - opened.about)
    if fresh:
        opened.about.update(fresh)
        rows = [Concern(act=opened.act, noun=noun, number=number) for noun, number in fresh]
        Concern.objects.bulk_create(rows, batch_size=5000)


def _about(model: type[Model], number: int | None, values: Any) -> set[tuple[str, int]]:
    if not isinstance(values, dict):
        return set()
    about = set()
    noun = _NOUNS.get(model._meta.label_lower)
    if noun and number is not None:
        about.add((noun, number))
    for one in model._meta.concrete_fields:
        value = values.get(one.attname)
        if not isinstance(value, int) or isinstance(value, bool):
            continue
        related = one.related_model._meta.label_lower if isinstance(one, ForeignKey) else ""
        noun = _NOUNS.get(related) or _FIELDS.get(one.attname)
        if noun:
            about.add((noun, value))
    return about


def _before_saving(sender: type[Model], instance: Model, raw: bool = False, **_: Any) -> None:
    if raw or instance._state.adding or get_open() is None:
        return
    stored = sender._base_manager.filter(pk=instance.pk).first()
    instance.__dict__["_audit_before"] = snapshot(stored) if stored is not None else None


def _saved(sender: type[Model], instance: Model, created: bool, raw: bool = False, **_: Any) -> None:
    before = instance.__dict__.pop("_audit_before", None)
    opened = get_open()
    if raw or opened is None:
        return
    after = snapshot(instance)
    if before == after:
        return
    _tell(sender, instance, before, after, opened)


def _deleted(sender: type[Model], instance: Model, **_: Any) -> None:
    opened = get_open()
    if opened is None:
        return
    if opened.forgets:
        note([(sender, f"#{instance.pk}", instance.pk, {}, None)], opened=opened)
    else:
        _tell(sender, instance, snapshot(instance), None, opened)


def _tell(model: type[Model], row: Model, before: Any, after: Any, opened: Open) -> None:
    number = row.pk if isinstance(row.pk, int) else None
    if before is not None and model._meta.db_table in opened.told:
        concern(_about(model, number, before) | _about(model, number, after), opened=opened)
        return
    note([(model, _name(row), number, before, after)], opened=opened)


def _name(row: Model) -> str:
    """What a row is called: by its own unique column; a row's words may ask the database for others."""
    unique = next((one for one in row._meta.concrete_fields if one.unique and not one.primary_key), None)
    return str(unique.value_from_object(row)) if unique is not None and not unique.is_relation else f"#{row.pk}"


def _required(model: type[Model]) -> Open:
    """The act that a bulk write is part of; without one there is no write."""
    opened = get_open()
    if opened is None:
        raise RuntimeError(f"{model._meta.label} would be written without an act")
    return opened


def add_rows(model: type[M], rows: Iterable[M], **options: Any) -> list[M]:
    """bulk_create within an act: each row is noted, however many they are.

    With ``update_conflicts`` the rows that stood under the same unique fields are noted as they were.
    """
    opened = _required(model)
    wanted = list(rows)
    if not wanted:
        return []
    fields = [cast("Field[Any, Any]", model._meta.get_field(name)).attname for name in options.get("unique_fields", ())]
    stood = _standing(model, wanted, fields) if fields else {}
    added = model._default_manager.bulk_create(wanted, **options)
    told, fresh = [], []
    for row in added:
        before = stood.get(tuple(getattr(row, name) for name in fields)) if fields else None
        if before is None:
            fresh.append(snapshot(row))
        elif model._meta.db_table not in opened.told:
            number = before.get("id", row.pk)
            told.append((model, _name(row), number, before, {**snapshot(row), **_numbered(before)}))
    note(told, opened=opened)
    if fresh:
        _note_new(model, list(fresh[0]), [list(values.values()) for values in fresh], opened)
    return added


def _numbered(before: dict[str, Any]) -> dict[str, Any]:
    return {"id": before["id"]} if "id" in before else {}


def hears(model: type[Model]) -> bool:
    """Whether an act is open that is to be told of new rows of a model."""
    return model._meta.label_lower not in _LEFT_OUT and get_open() is not None


def note_inserted(model: type[Model], fields: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Rows that were inserted without the model, given as values of its fields (by attribute name, id among them)."""
    unsaid = _HIDDEN.get(model._meta.label_lower, frozenset())
    others = [one for one in model._meta.concrete_fields if one.attname not in fields]
    given = [(one.attname, plain(_default(one))) for one in others]
    columns = [*fields, *(name for name, _ in given)]
    rest = [value for _, value in given]
    masks = [hidden if name in unsaid else plain for name in fields]
    said = [[*(mask(value) for mask, value in zip(masks, row, strict=True)), *rest] for row in rows]
    _note_new(model, columns, said, _required(model))


def _default(one: Field[Any, Any]) -> Any:
    """What the database puts where an insert says nothing."""
    stored = one.db_default
    return getattr(stored, "value", None) if one.has_db_default() else None


def _note_new(model: type[Model], columns: Sequence[str], said: Sequence[Sequence[Any]], opened: Open) -> None:
    """Write down new rows, given as the audit keeps their values."""
    if opened.act.door == "day" and len(said) > ROW_BY_ROW:
        rows = [dict(zip(columns, values, strict=True)) for values in said]
        note([(model, f"×{len(said)}", None, None, _in_sum(rows))], opened=opened)
        return
    unique = next((one for one in model._meta.concrete_fields if one.unique and not one.primary_key), None)
    keys = unique.attname if unique is not None and not unique.is_relation else "id"
    if len(said) > ROW_BY_ROW and keys in columns:
        note(((model, key, None, None, after) for key, after in pack(columns, said, keys=keys)), opened=opened)
        concern(_about_all(model, columns, said), opened=opened)
        return
    told = []
    for values in said:
        row = dict(zip(columns, values, strict=True))
        number = row.get("id")
        key = str(row[keys]) if keys != "id" else f"#{number}" if number else ""
        told.append((model, key, number if isinstance(number, int) else None, None, row))
    note(told, opened=opened)


def _about_all(model: type[Model], columns: Sequence[str], said: Sequence[Sequence[Any]]) -> set[tuple[str, int]]:
    """What many new rows are about, column by column."""
    own = _NOUNS.get(model._meta.label_lower)
    nouns = {"id": own} if own else {}
    for one in model._meta.concrete_fields:
        related = one.related_model._meta.label_lower if isinstance(one, ForeignKey) else ""
        if noun := _NOUNS.get(related) or _FIELDS.get(one.attname):
            nouns[one.attname] = noun
    places = [(at, nouns[name]) for at, name in enumerate(columns) if name in nouns]
    return {(noun, values[at]) for at, noun in places for values in said if type(values[at]) is int}


def _standing(model: type[M], rows: Sequence[M], fields: Sequence[str]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The stored rows under the unique fields of others, by these."""
    there: dict[tuple[Any, ...], dict[str, Any]] = {}
    for start in range(0, len(rows), 500):
        piece = rows[start : start + 500]
        lookups = {f"{name}__in": {getattr(row, name) for row in piece} for name in fields}
        for row in model._base_manager.filter(**lookups):
            there[tuple(getattr(row, name) for name in fields)] = snapshot(row)
    return there


def set_rows(model: type[M], rows: Sequence[M], fields: Sequence[str], *, batch_size: int = 200) -> None:
    """bulk_update within an act."""
    if not rows:
        return
    opened = _required(model)
    before = _stored(model, [row.pk for row in rows])
    model._default_manager.bulk_update(rows, fields, batch_size=batch_size)
    if model._meta.db_table not in opened.told:
        _note_changed(model, before, {row.pk: snapshot(row) for row in rows}, opened)


def change_rows(rows: QuerySet[M], **values: Any) -> int:
    """QuerySet.update within an act: all rows are noted as they were and as they are."""
    model = rows.model
    opened = _required(model)
    before = _stored(model, list(rows.values_list("pk", flat=True)))
    changed = model._base_manager.filter(pk__in=list(before)).update(**values)
    _note_changed(model, before, _stored(model, list(before)), opened)
    return changed


def thin_rows(model: type[M], rows: Sequence[M], fields: Sequence[str]) -> None:
    """bulk_update of what goes by rule: told is what is left of each row, not what it said."""
    opened = _required(model)
    model._default_manager.bulk_update(rows, fields, batch_size=200)
    note([(model, _name(row), row.pk, {}, snapshot(row)) for row in rows], opened=opened)


def _stored(model: type[Model], numbers: Sequence[Any]) -> dict[Any, dict[str, Any]]:
    pieces = [numbers[start : start + 500] for start in range(0, len(numbers), 500)]
    return {row.pk: snapshot(row) for piece in pieces for row in model._base_manager.filter(pk__in=piece)}


def _note_changed(
    model: type[Model], before: dict[Any, dict[str, Any]], after: dict[Any, dict[str, Any]], opened: Open
) -> None:
    differing = [number for number in before if before[number] != after.get(number)]
    note([(model, f"#{one}", one, before[one], after.get(one)) for one in differing], opened=opened)


def _in_sum(said: list[dict[str, Any]]) -> dict[str, Any]:
    return {"rows": len(said), "sha256": hashlib.sha256("\n".join(map(canonical, said)).encode()).hexdigest()}
