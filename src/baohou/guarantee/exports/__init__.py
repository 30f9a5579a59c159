"""The three annexed forms (PGM.15) as staff print and sign them: PDF on A4, and Excel."""

from baohou.guarantee.exports.forms import FORMS, write_form

__all__ = ["FORMS", "write_form"]
