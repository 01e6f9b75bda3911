"""What stands for something else in names (NAME-9)."""

from typing import Final

WILDCARD: Final = "-"
"""Stands for any id."""
