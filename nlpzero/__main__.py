"""Run the command line as `python -m nlpzero`."""

from nlpzero_cli.entry import run

if __name__ == "__main__":
    run()
