"""What keeps a registry from starting, and from answering."""

from __future__ import annotations


class EnvRegistryError(Exception):
    """Base of all errors of the registry."""


class RegistrationRefused(EnvRegistryError):
    """What this process declares cannot stand in Meta; trying again does not help."""

    def __init__(self, subject: str, reason: str, hint: str) -> None:
        super().__init__(subject, reason, hint)
        self.subject = subject
        self.reason = reason
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.subject} is not registered: {self.reason}; {self.hint}"


class StartTimeout(EnvRegistryError):
    """The deadline of the start passed in a step (`register service`, `watch deployments`) with a peer (an address)."""

    def __init__(self, seconds: float, step: str, peer: str, reason: str) -> None:
        super().__init__(seconds, step, peer, reason)
        self.seconds = seconds
        self.step = step
        self.peer = peer
        self.reason = reason

    def __str__(self) -> str:
        reason = self.reason or "no answer"
        return (
            f"the EnvRegistry is not ready after {self.seconds:g} s: stuck at {self.step!r} with {self.peer}: {reason}"
        )


class NotReady(EnvRegistryError):
    """Something was asked before the registry was ready, or after it was stopped; says the state."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state

    def __str__(self) -> str:
        return f"the EnvRegistry is {self.state}, and answers only once it is ready; await its start first"


class RegistryFailed(EnvRegistryError):
    """A task of the registry ended unexpectedly, and with it the registry."""

    def __init__(self, task: str, reason: str) -> None:
        super().__init__(task, reason)
        self.task = task
        self.reason = reason

    def __str__(self) -> str:
        return f"the EnvRegistry failed: its {self.task} ended: {self.reason}"
