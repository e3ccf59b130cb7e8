"""The command line of nlpzero, installed as the package nlpzero_cli: one file per command, named as the command."""
