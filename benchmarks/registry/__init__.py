"""EnvRegistry beside a real Meta and bare gRPC servers: `python -m benchmarks.registry NAME FOLDER`."""
