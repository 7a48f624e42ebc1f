"""Where coordinates lie: the reference system of a layer by its declaration and its coordinates."""

from landquota.formats.location.resolution import Resolution, locate

__all__ = ["Resolution", "locate"]
