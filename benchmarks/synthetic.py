"""Synthetic proto trees in the style of published ones, the same for the same size and seed.

python -m benchmarks.synthetic DIR [--files N] [--seed S]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.tree.plan import MIN_FILES, ServicePlan, plan_tree
from benchmarks.tree.text import service_files

FILES = 580


def write_tree(folder: Path, files: int = FILES, seed: int = 1) -> tuple[ServicePlan, ...]:
    """Writes a tree of exactly `files` protos, with skeletons beside them, and returns its plan.

    `folder` becomes the import root; it is made where it does not exist. Per 580 protos there are 24 service versions,
    150 resources and about 100,000 lines, at any size. Raises ValueError below `MIN_FILES` protos, and FileExistsError
    where `folder` holds anything already: two trees in one folder would be a tree of another shape.
    """
    services = plan_tree(files, seed)
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty")
    for service in services:
        (folder / service.directory).mkdir(parents=True, exist_ok=True)
        for path, text in service_files(service, seed):
            (folder / path).write_text(text, encoding="utf-8")
    return services


def main(arguments: list[str] | None = None) -> int:
    """Writes a tree and says what is in it. Returns the exit code: 0, or 2 where the tree could not be written."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.synthetic", description="Write a synthetic proto tree.")
    parser.add_argument("folder", type=Path, metavar="DIR", help="new or empty folder, which becomes the import root")
    parser.add_argument(
        "--files", type=int, default=FILES, help=f"number of protos, from {MIN_FILES} (default: {FILES})"
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="another seed is another tree of the same size (default: 1)"
    )
    chosen = parser.parse_args(arguments)
    try:
        services = write_tree(chosen.folder, chosen.files, chosen.seed)
    except (OSError, ValueError) as error:
        print(f"benchmarks.synthetic: {error}", file=sys.stderr)
        return 2
    resources = sum(len(service.resources) for service in services)
    print(f"{chosen.folder}: {chosen.files} protos, {len(services)} service versions, {resources} resources")
    return 0


if __name__ == "__main__":
    sys.exit(main())
