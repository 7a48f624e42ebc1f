"""What parsers written in Python raise when a file is damaged: no bytes whatever may end in a traceback."""

from __future__ import annotations

import zipfile
import zlib
from typing import Final

#: Errors of logic on data that is not as the parser expects it, and those of what it stands on.
#: A parser's own errors are added where it is used.
MALFORMED: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    StopIteration,
    SyntaxError,  # of which an XML that is not well formed is one
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
