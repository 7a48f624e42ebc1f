"""DXF drawings: closed polylines read as polygons, polygons written as closed polylines."""

from landquota.formats.dxf.reader import read, write

__all__ = ["read", "write"]
