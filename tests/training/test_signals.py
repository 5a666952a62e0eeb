"""Signals end training between two calls of TensorFlow."""

import signal
import threading

import pytest

from zookit.training.signals import Interruption, interruption


def test_a_signal_is_noted_and_raised_where_it_is_checked() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with interruption() as signals:
        signals.check()
        signal.raise_signal(signal.SIGTERM)
        assert signals.number == signal.SIGTERM
        with pytest.raises(KeyboardInterrupt):
            signals.check()
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_second_signal_is_raised_at_once() -> None:
    with interruption():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_no_signal_disturbs_the_writing_of_the_results() -> None:
    with interruption() as signals:
        signals.ended = True
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)


def test_an_ignored_signal_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruption() as signals:
            signal.raise_signal(signal.SIGHUP)
            assert signals.number is None
    finally:
        signal.signal(signal.SIGHUP, before)


def test_another_thread_leaves_the_handlers_alone() -> None:
    before = signal.getsignal(signal.SIGINT)
    found: list[object] = []

    def run() -> None:
        with interruption() as signals:
            found.extend([signals, signal.getsignal(signal.SIGINT)])

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert isinstance(found[0], Interruption)
    assert found[1] is before
