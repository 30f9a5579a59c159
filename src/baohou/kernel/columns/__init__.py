"""Whole columns in and out of the database, without an object or a query per row."""

from baohou.kernel.columns.reading import read
from baohou.kernel.columns.table import Column, Kind, Table
from baohou.kernel.columns.writing import Constants, delete, insert, update

__all__ = ["Column", "Constants", "Kind", "Table", "delete", "insert", "read", "update"]
