"""The program: it imports as little as it can before Ctrl-C is obeyed."""

import _signal as signal  # type: ignore[import-not-found]  # `signal` itself takes milliseconds to import
import gc
import os
import sys


def run() -> None:
    """Run the command line of this process."""
    if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:  # nohup, or a shell's &
        signal.signal(signal.SIGINT, _leave)
    _open_standard_files()
    gc.set_threshold(20_000, 20, 20)  # what is imported is no garbage, and looking for some takes 5 % of a start
    from .main import _drop_output, _system_message, main

    try:
        try:
            main(prog_name="nlpzero")
        finally:
            sys.stdout.flush()
            for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # all is done; the interpreter only puts itself away
                if hasattr(signal, name):
                    signal.signal(getattr(signal, name), signal.SIG_IGN)
    except BrokenPipeError:
        _drop_output()
        sys.exit(0)
    except OSError as error:  # of a help page, or of what standard output still held
        _drop_output()
        sys.exit(f"nlpzero: error: {_system_message(error)}")
    except SystemExit as end:
        if end.code == 0:
            _end()
        raise


def _end() -> None:
    """Do what is registered for the end, and end: the interpreter would first take apart all that was loaded.

    (That takes 20 to 30 ms of every command, and a tenth of a second where there were many words.)
    """
    import atexit
    import contextlib

    atexit._run_exitfuncs()
    for file in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # what matters is written; this is of a reader that has gone
            file.flush()
    os._exit(0)


def _leave(_number: int, _frame: object) -> None:
    """End in one line: there is nothing to clean up yet, or nothing any more."""
    try:
        os.write(2, b"nlpzero: interrupted\n")
    finally:
        os._exit(130)


def _open_standard_files() -> None:
    """Put something in the place of standard files that are closed, lest other files be opened there.

    What stands for the input cannot be read, and what stands for the output cannot be written: both are errors, if they
    are used. What stands for standard error takes everything.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            mode = (os.O_WRONLY, os.O_RDONLY, os.O_WRONLY)[number]
            if os.open(os.devnull, mode) == number:
                setattr(sys, name, open(number, "r" if number == 0 else "w", closefd=False))  # noqa: SIM115
