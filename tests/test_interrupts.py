"""Ctrl-C is heard behind a block that would lose it, once, and in no other thread."""

from __future__ import annotations

import ctypes
import signal
import threading

import pytest

from landquota.interrupts import held_back


def test_an_interrupt_is_heard_at_the_end_of_the_block() -> None:
    reached = False
    with pytest.raises(KeyboardInterrupt), held_back():  # noqa: PT012 - that it goes on is what is tested
        signal.raise_signal(signal.SIGINT)
        reached = True
    assert reached
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_machine_code_that_calls_back_loses_what_is_raised_in_it() -> None:
    called = ctypes.CFUNCTYPE(None)(lambda: signal.raise_signal(signal.SIGINT))
    called()  # the interrupt is gone
    with pytest.raises(KeyboardInterrupt), held_back():
        called()


def test_a_failure_within_the_block_is_told_as_it_is() -> None:
    with pytest.raises(ValueError, match="broken"), held_back():
        raise ValueError("broken")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_another_thread_hears_no_signals_and_changes_nothing() -> None:
    handlers = []

    def work() -> None:
        with held_back():
            handlers.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert handlers == [signal.default_int_handler]


def test_who_ignores_interrupts_goes_on_ignoring_them() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with held_back():
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
