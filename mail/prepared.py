"""Whole rows, read and written with statements that Django puts together once a process instead of once a request.

Building a statement for a wide model takes Django several times as long as the database needs to answer it, and a booking
says forty. What is read and written is what `Model.objects` and `save` would read and write; signals are not sent, so
models that keep a history by signals are refused.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import AutoField, Model, fields
from django.db.models.query import get_related_populators
from django.db.models.signals import post_save, pre_save

from mail import statements

M = TypeVar("M", bound=Model)
AnyField = Any  # django-stubs makes Field generic, Django does not
Column = tuple[str, Callable[[Any, Any], Any] | None]
_PLAIN = {
    fields.AutoField,
    fields.BigAutoField,
    fields.BooleanField,
    fields.CharField,
    fields.EmailField,
    fields.IntegerField,
    fields.PositiveIntegerField,
    fields.PositiveSmallIntegerField,
    fields.SmallIntegerField,
    fields.TextField,
}
# What PostgreSQL's driver takes as it is; SQLite keeps these as text and numbers.
_NATIVE = {fields.DateField, fields.DateTimeField, fields.DurationField, fields.UUIDField}


class Rows(Generic[M]):
    """The rows of a model that meet a condition in SQL, each joined with what is always read with it.

    `where` (or what it returns, where the databases differ) names columns by their tables and parameters as %(name)s; what is `locked` (table names) stays locked until the
    transaction ends (NO KEY UPDATE; SQLite has one lock for all).
    """

    def __init__(
        self, model: type[M], *related: str, where: str | Callable[[], str], order: str = "", locked: str = ""
    ) -> None:
        self._model, self._related = model, related
        self._where, self._order, self._locked = where, order, locked

    def all(self, **values: Any) -> list[M]:
        """Every row; raises django.db.DatabaseError."""
        statement, read = self._built
        return [read(row) for row in statements.rows(statement, plain(values))]

    def first(self, **values: Any) -> M | None:
        """One of the rows, or None."""
        statement, read = self._built
        found = statements.rows(f"{statement} LIMIT 1" if not self._locked else statement, plain(values))
        return read(found[0]) if found else None

    @cached_property
    def _built(self) -> tuple[str, Callable[[tuple[Any, ...]], M]]:
        """Columns, joins and the way from a row to the objects are Django's; only the condition is ours."""
        queryset = self._model._default_manager.order_by()
        compiler: Any = (queryset.select_related(*self._related) if self._related else queryset).query.get_compiler(
            connection=connection
        )
        statement, parameters = compiler.as_sql()
        if parameters or "%" in statement:
            raise ValueError(f"The rows of {self._model.__name__} are chosen by more than a condition.")
        where = self._where if isinstance(self._where, str) else self._where()
        statement += f" WHERE {where}" + (f" ORDER BY {self._order}" if self._order else "")
        if self._locked and connection.features.has_select_for_no_key_update:
            statement += f" FOR NO KEY UPDATE OF {self._locked}"
        return statement, _reader(self._model, compiler)


def _reader(model: type[M], compiler: Any) -> Callable[[tuple[Any, ...]], M]:
    """What `QuerySet` does with a row (django.db.models.query.ModelIterable), with everything looked up beforehand."""
    select, info, database = compiler.select, compiler.klass_info, connection.alias
    converters = compiler.get_converters([column for column, _, _ in select])
    first, last = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [column[0].target.attname for column in select[first:last]]
    populators = get_related_populators(info, select, database)  # type: ignore[call-arg]  # the stubs are a version ahead

    def read(row: tuple[Any, ...]) -> M:
        values: Any = row
        if converters:
            ((*values,),) = compiler.apply_converters([row], converters)
        found = model.from_db(database, names, values[first:last])
        for each in populators:
            each.populate(values, found)
        return found

    return read


def insert(row: M) -> M:
    """What `row.save(force_insert=True)` would write."""
    statement, fields, returned = _insert(type(row), 1)
    ((key,),) = statements.rows(statement, _values([row], fields))
    if returned is not None:
        setattr(row, returned, key)
    return _stored(row)


def insert_soon(row: M) -> M:
    """The same of a row whose key nobody asks for before the transaction's end (`statements.soon`)."""
    statement, fields, returned = _insert(type(row), 1)

    def keep(found: tuple[Any, ...]) -> None:
        if returned is not None:
            setattr(row, returned, found[0])

    statements.soon(statement, _values([row], fields), then=keep)
    return _stored(row)


def insert_new(row: M, *unique: str) -> bool:
    """The same, where no row has these `unique` columns' values yet; whether it was written."""
    statement, fields, returned = _insert(type(row), 1, unique=unique)
    found = statements.rows(statement, _values([row], fields))
    if found and returned is not None:
        setattr(row, returned, found[0][0])
        _stored(row)
    return bool(found)


def insert_all(rows: Sequence[Model], *unique: str) -> None:
    """Write those of these rows of one model whose `unique` columns' values are new, in one statement, soon."""
    if rows:
        statement, fields, _ = _insert(type(rows[0]), len(rows), unique=unique)
        statements.soon(statement, _values(rows, fields))


def update(row: Model, columns: Sequence[str]) -> None:
    """What `row.save(update_fields=columns)` would write, soon."""
    statement, fields = _update(type(row), tuple(columns))
    statements.soon(statement, _values([row], fields) | {"pk": row.pk})


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as the driver of this database wants them."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return statements.adapt(value)
    if isinstance(value, uuid.UUID) and not statements.on_postgresql():
        return value.hex
    return value


def _values(rows: Sequence[Model], fields: Sequence[Column]) -> dict[str, Any]:
    connection = statements.own_connection()
    values: dict[str, Any] = {}
    for number, row in enumerate(rows):
        for name, prepare in fields:
            value = getattr(row, name)
            values[f"{name}_{number}"] = value if prepare is None else prepare(value, connection)
    return values


def _columns(fields: Sequence[AnyField]) -> tuple[Column, ...]:
    """Each column's attribute, and how its value becomes a parameter where that is more than handing it on."""
    return tuple((each.attname, None if _is_plain(each) else each.get_db_prep_save) for each in fields)


def _is_plain(field: AnyField) -> bool:
    """Whether our values of this field are of its own type anyway: what a row is made with is never what a form sent."""
    target = field.target_field if field.is_relation else field
    return type(target) in _PLAIN or (statements.on_postgresql() and type(target) in _NATIVE)


def _stored(row: M) -> M:
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return row


@lru_cache(maxsize=256)
def _insert(
    model: type[Model], number: int, *, unique: tuple[str, ...] = ()
) -> tuple[str, tuple[Column, ...], str | None]:
    _refuse_listened(model)
    meta = model._meta
    written: list[AnyField] = [each for each in meta.local_concrete_fields if not isinstance(each, AutoField)]
    columns = ", ".join(map(_column, written))
    values = ", ".join(f"({', '.join(f'%({each.attname}_{n})s' for each in written)})" for n in range(number))
    conflict = f" ON CONFLICT ({', '.join(map(_quoted, unique))}) DO NOTHING" if unique else ""
    statement = (
        f"INSERT INTO {_quoted(meta.db_table)} ({columns}) VALUES {values}{conflict} RETURNING {_column(meta.pk)}"  # noqa: S608
    )
    return statement, _columns(written), meta.pk.attname if meta.pk not in written else None


@lru_cache(maxsize=256)
def _update(model: type[Model], columns: tuple[str, ...]) -> tuple[str, tuple[Column, ...]]:
    _refuse_listened(model)
    meta = model._meta
    written: list[AnyField] = [meta.get_field(each) for each in columns]
    sets = ", ".join(f"{_column(each)} = %({each.attname}_0)s" for each in written)
    return f"UPDATE {_quoted(meta.db_table)} SET {sets} WHERE {_column(meta.pk)} = %(pk)s", _columns(written)  # noqa: S608


def _refuse_listened(model: type[Model]) -> None:
    if pre_save.has_listeners(model) or post_save.has_listeners(model):
        raise TypeError(f"Somebody listens to {model.__name__} being saved: use save().")


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _column(field: Any) -> str:
    return _quoted(field.column)
