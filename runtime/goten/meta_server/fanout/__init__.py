"""`metadata.services`, kept right on everything that a write of a Service touches (spec/protocol/fanout.md)."""
