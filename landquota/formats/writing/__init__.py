"""Layers written to files, in the format that the file's name says."""

from landquota.formats.writing.writer import write

__all__ = ["write"]
