"""The Meta service as clients see it, beside bare gRPC servers: `python -m benchmarks.serving NAME`."""
