"""A Meta server that ends itself, as SIGKILL does, at a commit that is chosen beforehand.

    python -m tests.processes.mortal_meta FILE NUMBER before|after

Commits that change something are counted from the moment on from which it serves; `after` is when the commit is
durable, and nobody was told.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

from goten.meta_server import app, cli
from goten.storage import Change, Compare, SqliteStorage


class MortalStorage(SqliteStorage):
    """Counts once `left` is set; at 0 it is over."""

    left: int | None = None
    after = False

    async def commit(self, compares: Sequence[Compare], changes: Sequence[Change]) -> int | None:
        if self.left is None or not changes:
            return await super().commit(compares, changes)
        if self.left == 0 and not self.after:
            os.kill(os.getpid(), signal.SIGKILL)
        revision = await super().commit(compares, changes)
        if revision is not None:
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            self.left -= 1
        return revision


def main(file: str, number: str, moment: str) -> int:
    storage = MortalStorage(file)
    storage.after = moment == "after"
    vars(app)["open_storage"] = lambda _: storage
    start = app.MetaApp.start

    async def start_and_count(self: app.MetaApp) -> None:
        await start(self)
        storage.left = int(number)

    app.MetaApp.start = start_and_count  # type: ignore[method-assign]
    return cli.main(["serve", "--region", "us-west2", "--listen", "127.0.0.1:0", "--storage", f"sqlite:{file}"])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
