"""The command `zookit`. It imports nothing of ours before it is ready for Ctrl-C."""

import os
import signal
import sys
import threading

from zookit.cli.ctrl_c import INTERRUPTED, CtrlC


def main() -> None:
    """Run the command line and exit: 0 for success, 2 for an error of the user.

    The exit code is 130 after Ctrl-C or SIGTERM, and 1 after an error that nobody expected, which
    is shown with its traceback.
    """
    ctrl_c = CtrlC()
    before = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
    in_main_thread = threading.current_thread() is threading.main_thread()
    # Background jobs of a shell ignore Ctrl-C.
    handled = {n: old for n, old in before.items() if in_main_thread and signal.getsignal(n) is old}
    for number in handled:
        signal.signal(number, ctrl_c)
    try:
        sys.exit(_run(ctrl_c))
    finally:
        for number, handler in handled.items():
            signal.signal(number, handler)


def _run(ctrl_c: CtrlC) -> int:
    try:
        from zookit.cli.commands import run_command
        from zookit.core.messages import at_command_line
        from zookit.own_process import declare_own_process

        declare_own_process()
        with at_command_line():
            return run_command(sys.argv[1:], ctrl_c)
    except BaseException as error:
        if not (ctrl_c.pressed or isinstance(error, KeyboardInterrupt)):
            raise
    print("zookit: interrupted.", file=sys.stderr, flush=True)
    others = (each for each in threading.enumerate() if each is not threading.main_thread())
    if any(not each.daemon for each in others):
        os._exit(INTERRUPTED)  # Python would wait until a thread has imported TensorFlow
    exec("")  # noqa: S102 - after Ctrl-C in exec, Python would end by a signal and not with 130
    return INTERRUPTED
