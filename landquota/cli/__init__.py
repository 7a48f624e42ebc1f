"""The command line: parse, import inside the command, call, print, exit."""

from landquota.cli.root import cli, main

__all__ = ["cli", "main"]
