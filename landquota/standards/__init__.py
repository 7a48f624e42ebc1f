"""What the standard layers of natural-resources bureaus have to look like, as data, and what departs from it."""

from landquota.standards.areas import Declared, Stated, compare, declared, stated
from landquota.standards.codes import Code, CodeList, code_lists, colours, divisions
from landquota.standards.profile import CHECKS, Profile, profile
from landquota.standards.schema import check, recognise
from landquota.standards.standard import Field, Layer, Tolerances, layers, named

__all__ = [
    "CHECKS",
    "Code",
    "CodeList",
    "Declared",
    "Field",
    "Layer",
    "Profile",
    "Stated",
    "Tolerances",
    "check",
    "code_lists",
    "colours",
    "compare",
    "declared",
    "divisions",
    "layers",
    "named",
    "profile",
    "recognise",
    "stated",
]
