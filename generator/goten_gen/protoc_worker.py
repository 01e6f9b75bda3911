"""A process that runs protoc once: arguments on standard input, a line each. For work that can be split over cores."""

import sys

from grpc_tools import _protoc_compiler

if __name__ == "__main__":
    lines = sys.stdin.buffer.read().split(b"\n")
    sys.exit(_protoc_compiler.run_main([b"protoc", *lines]))
