"""Operations of the runtime, each measured in a process of its own: `python -m benchmarks.operations NAME`."""
