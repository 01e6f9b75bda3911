"""`python -m goten_gen` is `goten-gen`."""

from goten_gen.cli import run

run()
