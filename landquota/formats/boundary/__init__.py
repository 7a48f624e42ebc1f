"""Boundary TXT (勘测定界, 部报盘): their forms, grammar, axes, zones, rings and areas, read and written."""

from landquota.formats.boundary.reader import FORMAT, parse, read

__all__ = ["FORMAT", "parse", "read"]
