"""Taking a file of facts into the database: whole or not at all, differences shown, history kept."""

from baohou.kernel.papers.taking.nouns import Compared, Fact, Key, Noun, Stored, Written
from baohou.kernel.papers.taking.outcome import Difference, Outcome, Part
from baohou.kernel.papers.taking.take import Source, Wish, digest_of, take_parts
from baohou.kernel.papers.taking.writing import CHUNK, chunks, insert_rows, update_rows

__all__ = [
    "CHUNK",
    "Compared",
    "Difference",
    "Fact",
    "Key",
    "Noun",
    "Outcome",
    "Part",
    "Source",
    "Stored",
    "Wish",
    "Written",
    "chunks",
    "digest_of",
    "insert_rows",
    "take_parts",
    "update_rows",
]
