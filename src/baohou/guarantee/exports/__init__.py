"""The three annexed forms (PGM.15) as staff print and sign them: PDF on A4, and Excel."""

from baohou.guarantee.exports.forms import FORMS, KINDS, list_papers, list_papers_of_visit, write_papers

__all__ = ["FORMS", "KINDS", "list_papers", "list_papers_of_visit", "write_papers"]
