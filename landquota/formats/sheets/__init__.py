"""Tables of features: CSV and XLSX with WKT, or with one row for each vertex."""

from landquota.formats.sheets.reader import read

__all__ = ["read"]
