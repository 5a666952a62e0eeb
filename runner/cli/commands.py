"""All commands, and the place where errors become exit codes."""

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from zookit.cli.bare import show_help_without_command
from zookit.cli.check import check
from zookit.cli.compare import compare
from zookit.cli.completion import plugins
from zookit.cli.completion_script import completion
from zookit.cli.ctrl_c import INTERRUPTED, CtrlC
from zookit.cli.data import app as data_app
from zookit.cli.doctor import doctor
from zookit.cli.evaluate import evaluate
from zookit.cli.export import export
from zookit.cli.find_rate import find_rate
from zookit.cli.install import install
from zookit.cli.list import list_components
from zookit.cli.new import new
from zookit.cli.options_once import OptionsOnce
from zookit.cli.package import package
from zookit.cli.plugin_commands import WithPlugins
from zookit.cli.predict import predict
from zookit.cli.pull import pull
from zookit.cli.push import push
from zookit.cli.report import report
from zookit.cli.reproduce import reproduce
from zookit.cli.resume import resume
from zookit.cli.run import run
from zookit.cli.runs import runs
from zookit.cli.serve import serve
from zookit.cli.show import show
from zookit.cli.sign import sign, verify
from zookit.cli.sweep import sweep
from zookit.cli.sweep_options import SweepCommand
from zookit.cli.training_options import Interrupted
from zookit.cli.uninstall import uninstall
from zookit.core import BrokenPlugin, ZookitError
from zookit.core.messages import printable
from zookit.streams import GuardedStream, guarded_streams
from zookit.terminal import messages_shown
from zookit.typer_commands import command_of

app = typer.Typer(
    name="zookit",
    cls=WithPlugins,
    help="A plugin-based model zoo for TensorFlow and Keras 3: name a data set, an architecture, "
    "and callbacks, and train.",
    pretty_exceptions_enable=False,
    # Otherwise text in square brackets would be taken for markup.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_command = partial(app.command, cls=OptionsOnce)
_command("run")(run)
app.command("sweep", cls=SweepCommand)(sweep)
_command("find-rate")(find_rate)
_command("resume")(resume)
_command("reproduce")(reproduce)
_command("runs")(runs)
_command("compare")(compare)
_command("report")(report)
_command("evaluate")(evaluate)
_command("predict")(predict)
_command("serve")(serve)
_command("export")(export)
_command("push")(push)
_command("pull")(pull)
_command("sign")(sign)
_command("verify")(verify)
_command("package")(package)
_command("list")(list_components)
_command("show")(show)
_command("check")(check)
_command("doctor")(doctor)
_command("new")(new)
_command("install")(install)
_command("uninstall")(uninstall)
app.add_typer(data_app, name="data")
_command("completion")(completion)

USER_ERROR = 2
_BROKEN = "zookit.broken_files"


def _print_version(context: typer.Context, given: bool) -> None:
    if given and not context.resilient_parsing:  # which is set while a shell completes
        import zookit

        print(f"zookit {zookit.__version__}")
        raise typer.Exit


def _block(names: list[str]) -> list[str]:
    if names:
        from zookit.registry import default

        for name in names:
            default.block(name)
    return names


def _add_files(context: typer.Context, files: list[str]) -> list[str]:
    if files:
        from zookit.registry import default
        from zookit.registry.plugin_file_loader import files_by_name

        files_by_name((Path(each).name, Path(each).expanduser().absolute()) for each in files)
        for file in files:
            try:
                default.add_file(file)
            except BrokenPlugin as error:  # which `doctor` examines
                context.meta.setdefault(_BROKEN, []).append((file, error))
    return files


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    blocked: Annotated[
        list[str] | None,
        typer.Option(
            "--no-plugin",
            metavar="NAME",
            callback=_block,
            is_eager=True,
            autocompletion=plugins,
            help="Ignore a plugin. NAME is a plugin, DISTRIBUTION/NAME or a distribution. Can be "
            "repeated. ZOOKIT_DISABLE has the same effect.",
        ),
    ] = None,
    files: Annotated[
        list[str] | None,
        typer.Option(
            "--plugin",
            metavar="FILE.py",
            callback=_add_files,
            is_eager=True,
            help="Offer the components in a Python file. Can be repeated. ZOOKIT_PLUGINS has the "
            "same effect.",
        ),
    ] = None,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    del version, blocked, files
    for file, error in context.meta.get(_BROKEN, ()):
        from zookit.registry import default

        if context.invoked_subcommand != doctor.__name__:
            raise error
        default.add_file(file, usable=False)
    show_help_without_command(context)


def run_command(arguments: list[str], ctrl_c: CtrlC) -> int:
    """Run a command and return the exit code: 0 for success, 2 for an error of the user.

    All output passes the guarded streams. An error that nobody expected is shown with its
    traceback, and the code is 1. Raises KeyboardInterrupt after Ctrl-C, unless the command has
    reported it itself.
    """
    with guarded_streams() as out:
        code = _answer(arguments, ctrl_c, out)
        out.flush()
        if out.full is not None:
            _fail(f"the output could not be written: {out.full}.", USER_ERROR)
            # The exit code of a training says whether it trained. It is saved in any case.
            code = USER_ERROR if code is None else code
    return code or 0


def _answer(arguments: list[str], ctrl_c: CtrlC, out: GuardedStream) -> int | None:
    """Run a command. Return its exit code, None if printing is all that it did."""
    try:
        with messages_shown(quiet=False), _plugins_blamed():
            code = command_of(app).main(arguments, prog_name="zookit", standalone_mode=False)
    except Exception as error:
        if ctrl_c.pressed and not isinstance(error, Interrupted):
            raise KeyboardInterrupt from error
        with out.exclusive():  # looking for what was meant may import plugins
            return _report(arguments, error)
    if type(code) is int and code == INTERRUPTED:  # Typer's answer to KeyboardInterrupt
        raise KeyboardInterrupt
    return code if type(code) is int else None  # a plugin's command may return anything


@contextmanager
def _plugins_blamed() -> Iterator[None]:
    """Name the plugin whose code raises an error, for example in `show`."""
    try:
        yield
    except BaseException:
        # Only an error needs them.
        from zookit.registry.blame import plugins_blamed

        with plugins_blamed():
            raise


def _report(arguments: list[str], error: Exception) -> int:
    """Report an error of the user in one line, any other one with its traceback."""
    if isinstance(error, Interrupted):
        return _fail(str(error), INTERRUPTED)
    if isinstance(error, typer.Abort):  # the end of the input, at a question
        return _fail("the input has ended before the question was answered.", USER_ERROR)
    if not isinstance(error, ZookitError | typer.TyperException):
        traceback.print_exception(error)
        return 1
    from zookit.cli.corrections.advice import advice  # only needed for errors

    return _fail(advice(command_of(app), arguments, error), USER_ERROR)


def _fail(message: str, code: int) -> int:
    print(f"zookit: {printable(' '.join(message.split()))}", file=sys.stderr)
    return code
