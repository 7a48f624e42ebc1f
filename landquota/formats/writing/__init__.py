"""Layers written to files, in the format that the file's name says."""

from landquota.formats.writing.writer import refuse_unwritable, write

__all__ = ["refuse_unwritable", "write"]
