"""What keeps a registry from starting, and from answering."""

from __future__ import annotations


class EnvRegistryError(Exception):
    """Base of all errors of the registry."""


class CallFailed(EnvRegistryError):
    """A call of Meta ended with a status. `code` is its name, `reason` that of a google.rpc.ErrorInfo, or empty."""

    def __init__(self, method: str, code: str, details: str, reason: str = "") -> None:
        super().__init__(method, code, details, reason)
        self.method = method
        self.code = code
        self.details = details
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.method}: {self.code}: {self.details}"


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
    """Something was asked before the registry was ready, or after its end; `state` says which."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state

    def __str__(self) -> str:
        if self.state == "starting":
            return "the EnvRegistry is starting, and answers only once it is ready; await its start first"
        return f"the EnvRegistry is {self.state}, and answers no more"


class NotInMeta(EnvRegistryError):
    """The own Service or Deployment (`name`) was asked for, and is not in Meta now: someone has deleted it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"{self.name} was deleted from Meta; its registration is under way again"


class RegistryFailed(EnvRegistryError):
    """A task of the registry ended unexpectedly, and with it the registry."""

    def __init__(self, task: str, reason: str) -> None:
        super().__init__(task, reason)
        self.task = task
        self.reason = reason

    def __str__(self) -> str:
        return f"the EnvRegistry failed: its {self.task} ended: {self.reason}"
