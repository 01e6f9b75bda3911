"""`python -m goten.meta_server`: the same as goten-meta."""

from goten.meta_server.cli import run

if __name__ == "__main__":
    run()
