"""Starts many `nlpzero` in little time: a server holds what they all import, and each start is a fork of it.

`python launcher.py serve SOCKET` is the server. `python launcher.py run SOCKET ARGUMENT...` stands for
`nlpzero ARGUMENT...`: it hands on its directory, environment and standard files, and ends with the status of the fork.
How a fresh process starts, and what it imports, is for other tests.
"""

import json
import os
import socket
import sys


def serve(address: str) -> None:
    """Fork for each request; the end of standard input ends the server."""
    import pkgutil
    import select
    import signal
    from importlib import import_module

    from nlpzero.core.blas import one_thread_each

    one_thread_each()  # as commands do before they import NumPy
    import nlpzero_cli
    import scipy.sparse.linalg  # noqa: F401  # the slowest of what commands import when they use it

    for module in pkgutil.walk_packages(nlpzero_cli.__path__, "nlpzero_cli."):
        import_module(module.name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        while listener in select.select([listener, sys.stdin], [], [])[0]:
            client, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _answer(client)
            client.close()


def _answer(client: socket.socket) -> None:
    """Run one request in a fork, and tell its status."""
    size = int.from_bytes(client.recv(4), "big")
    text, files, _, _ = socket.recv_fds(client, 1, 3)
    while len(text) < size:
        text += client.recv(size - len(text))
    arguments, directory, environment = json.loads(text)
    process = os.fork()
    if process == 0:
        client.close()
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
        os.chdir(directory)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = ["nlpzero", *arguments]
        _run()
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    client.sendall(bytes([status % 256]))
    os._exit(0)


def _run() -> None:
    """Run the program as a fresh interpreter would, and end as one would."""
    from nlpzero_cli.entry import run

    status: object = 0
    try:
        run()
    except SystemExit as end:
        status = end.code
        if isinstance(status, str):
            print(status, file=sys.stderr)
            status = 1
    except BaseException:
        import traceback

        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status if isinstance(status, int) else 0)


def request(address: str, arguments: list[str]) -> int:
    """Ask the server for one run, and give its status."""
    text = json.dumps([arguments, os.getcwd(), dict(os.environ)]).encode()
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(address)
        server.sendall(len(text).to_bytes(4, "big"))
        socket.send_fds(server, [text[:1]], [0, 1, 2])
        server.sendall(text[1:])
        answer = server.recv(1)
    return answer[0] if answer else 1


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    else:
        sys.exit(request(sys.argv[2], sys.argv[3:]))
