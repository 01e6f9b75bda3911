"""Views: findings as flat values, ready to print.

Identifiers, imports, aliases, literals and line breaks are decided here and nowhere else; templates put text around
them. Every value of a view is source code, or the inside of a docstring.
"""
