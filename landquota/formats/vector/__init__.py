"""Vector files that GDAL and Arrow read: GeoPackage, Shapefile, GeoJSON, FlatGeobuf, KML, GML, File GDB, GeoParquet."""

from landquota.formats.vector.reader import Feature, FileInfo, LayerInfo, inspect, read, stream

__all__ = ["Feature", "FileInfo", "LayerInfo", "inspect", "read", "stream"]
