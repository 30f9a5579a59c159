"""Whole columns in and out of the database, without an object or a query per row."""

from baohou.kernel.columns.reading import Among, read, read_packed, reading_ahead
from baohou.kernel.columns.table import Column, Kind, Longs, Packed, Table, pack
from baohou.kernel.columns.texts import read_texts, read_texts_among
from baohou.kernel.columns.writing import Constants, delete, insert, update

__all__ = [
    "Among",
    "Column",
    "Constants",
    "Kind",
    "Longs",
    "Packed",
    "Table",
    "delete",
    "insert",
    "pack",
    "read",
    "read_packed",
    "read_texts",
    "read_texts_among",
    "reading_ahead",
    "update",
]
