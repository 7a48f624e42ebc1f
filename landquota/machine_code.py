"""Functions as machine code, where numba is installed and something keeps the code for the next run."""

from __future__ import annotations

import importlib
import pickle
from collections.abc import Callable
from typing import Any, TypeVar

from landquota.interrupts import held_back

T = TypeVar("T")
#: Compiles a function, and lets compiled functions call one.
Compile = Callable[[Any], Any]
Register = Callable[..., Any]


def machine_code(build: Callable[[Compile, Register], T]) -> T | None:
    """Return what `build` makes, or None where machine code cannot be had.

    It cannot without numba, nor where no folder keeps the code for the next run: then compiling
    would cost more than it saves.

    Parameters
    ----------
    build
        Compiles functions by its first argument, makes others known to them by its second, and
        calls each once, so that all is compiled when it returns.  The compiled functions start no
        threads, and hold no lock while they run.
    """
    try:
        numba = importlib.import_module("numba")
        extending = importlib.import_module("numba.extending")
        errors = importlib.import_module("numba.core.errors")
    except ImportError:
        return None
    # A damaged file of kept code fails to unpickle in any of these ways; a full disk is an OSError.
    unusable = (
        *(errors.NumbaError, pickle.UnpicklingError, RuntimeError, OSError, EOFError),
        *(ValueError, TypeError, LookupError, AttributeError, ImportError),
    )
    try:
        # The compiler calls Python back: an interrupt that fell there would be lost.
        with held_back():
            return build(numba.njit(cache=True, nogil=True, error_model="numpy"), extending.register_jitable)
    except unusable:
        return None
