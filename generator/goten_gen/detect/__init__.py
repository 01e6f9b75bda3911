"""Detection: from facts to findings, rules DETECT-1 to DETECT-10, as plain functions over plain data."""

from goten_gen.detect.world import Detection, detect

__all__ = ["Detection", "detect"]
