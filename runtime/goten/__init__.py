"""The runtime of Goten: what generated code and services import."""
