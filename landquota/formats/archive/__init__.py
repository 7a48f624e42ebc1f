"""Archives: zips unpacked safely, and the geodata in them."""

from landquota.formats.archive.reader import chosen, datasets, read, unpacked

__all__ = ["chosen", "datasets", "read", "unpacked"]
