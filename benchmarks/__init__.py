"""Benchmarks of goten-gen and runtime: each measures its figure and the floor it is held against in the same run."""
