"""Imports every module of the runtime and of generated_examples, to see that they load with what is installed."""

import importlib
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent


def modules_below(root: Path) -> list[str]:
    """Dotted names of the modules below `root`, a folder of the import path."""
    files = (path.relative_to(root).with_suffix("") for path in root.rglob("*.py"))
    return sorted(".".join(path.parts).removesuffix(".__init__") for path in files)


def main() -> None:
    roots = [REPO / "runtime", REPO / "generated_examples"]
    sys.path[:0] = map(str, roots)
    names = [name for root in roots for name in modules_below(root)]
    for name in names:
        importlib.import_module(name)
    print(f"{len(names)} modules imported")


if __name__ == "__main__":
    main()
