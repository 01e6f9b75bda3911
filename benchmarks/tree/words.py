# ruff: noqa: SIM905  (as lists of literals, the words would take a line each)
"""The words that synthetic trees are made of."""

from __future__ import annotations

FOLDERS = (
    "fleet metering audit secrets alerts billing quotas logs workloads storage network topology messaging search "
    "analytics backups vision pipelines maps ledger tickets forms media rollout tracing"
).split()
QUALIFIERS = "edge core field cloud plant site".split()
NOUNS = (
    "Device Gateway Sensor Policy Channel Bucket Volume Cluster Probe Template Rule Snapshot Queue Topic Schedule "
    "Dashboard Index Route Branch Key Address Batch Release Image Zone Process Tunnel Lease Catalogue Replica"
).split()
ADJECTIVES = "Shared Managed Remote Virtual Signed Local Backup Primary".split()
FIELDS = (
    "capacity endpoint timeout_seconds retries weight threshold mode region_hint checksum owner_email template "
    "priority interval_seconds batch_size protocol port mtu vendor model serial_number firmware locale currency "
    "unit scale offset_seconds digest media_type encoding algorithm issuer audience tenant color latitude longitude "
    "altitude height width depth from in is"
).split()
GROUPS = "Limits Schedule Network Storage Security Notification Retention Source Target Tuning".split()
STATES = "PENDING ACTIVE DEGRADED SUSPENDED FAILED DELETING".split()
