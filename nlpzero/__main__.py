"""Run the command line as `python -m nlpzero`."""

from nlpzero_cli.main import main

if __name__ == "__main__":
    main(prog_name="nlpzero")
