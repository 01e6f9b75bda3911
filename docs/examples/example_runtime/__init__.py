"""What the example services have in common: their command line, their end, and life without Meta."""

from __future__ import annotations

from example_runtime.policies import PoliciesByVersion
from example_runtime.running import in_service, opened, run, serving
from example_runtime.settings import Settings
from example_runtime.surroundings import follow
from example_runtime.versions import renamed

__all__ = ["PoliciesByVersion", "Settings", "follow", "in_service", "opened", "renamed", "run", "serving"]
