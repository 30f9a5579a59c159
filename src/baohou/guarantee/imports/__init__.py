"""Files of facts into the room: one importer a noun, and one way to take a file (docs/import-formats.md)."""

from baohou.guarantee.imports.taking import KINDS, WORKBOOK, take

__all__ = ["KINDS", "WORKBOOK", "take"]
