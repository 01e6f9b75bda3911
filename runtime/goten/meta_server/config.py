"""What `goten-meta serve` can be told, by flags and by a TOML file, strictly read."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any, Final, NamedTuple

from goten.id_patterns import REGION_ID
from goten.server.listening import DEFAULT_LISTEN, LAST_PORT, ListenRefused, check_listen

LOG_FORMATS: Final = ("text", "json")
LOG_LEVELS: Final = ("debug", "info", "warning", "error")


class ConfigError(Exception):
    """A setting cannot be used. `subject` is a flag, or file and line; exit code 2."""

    def __init__(self, subject: str, reason: str, hint: str = "") -> None:
        super().__init__(subject, reason, hint)
        self.subject = subject
        self.reason = reason
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.subject}: {self.reason}" + (f"; {self.hint}" if self.hint else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaConfig:
    """A Meta server. Every field but `config` is a key of the TOML file; docs/goten-meta.md has a table of them."""

    region: str
    """Id of the region that it serves."""
    regions: tuple[str, ...] = ()
    """Ids of Regions that a start creates where they are missing, beside its own."""
    primary: str = ""
    """Where the Meta of the primary region listens; empty: this is the primary region."""
    listen: str = DEFAULT_LISTEN
    """`host:port`, where port 0 takes any free one, or `unix:PATH`. Loopback only."""
    storage: str = ""
    """`sqlite:PATH` or `memory:`; empty: a file of the region's in the state folder (`default_storage`)."""
    log_format: str = "text"
    log_level: str = "info"
    stop_grace: float = 10.0
    """So many seconds may requests take that are under way when it stops."""
    history: int = 10_000
    """So many changes are kept in memory for watches to resume from."""
    retention: int = 100_000
    """The changes of so many revisions are kept in storage, and forgotten after that; 0: of all."""
    max_message_bytes: int = 4 * 1024 * 1024
    """Size of the largest request."""
    max_watchers_per_connection: int = 1000

    def __post_init__(self) -> None:
        """Raises ConfigError, with the field as subject."""
        for name, check in _CHECKS.items():
            problem = check(getattr(self, name))
            if problem is not None:
                raise ConfigError(name, *problem)
        if self.primary and self.regions:
            raise ConfigError("regions", "are created in the primary region only", "name them in its configuration")
        if self.primary and self.primary == self.listen:
            raise ConfigError("primary", "is where this server itself listens", "leave it out in the primary region")

    @property
    def storage_address(self) -> str:
        """`storage`, or what it is by default."""
        return self.storage or default_storage(self.region)


def default_storage(region: str, environment: Mapping[str, str] = os.environ) -> str:
    """`sqlite:PATH` of a region's own file in the folder for state: systemd's, else the user's."""
    folder = environment.get("STATE_DIRECTORY", "").partition(":")[0]
    if not folder:
        state = environment.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
        folder = os.path.join(state, "goten-meta")
    return f"sqlite:{os.path.join(folder, region)}.sqlite"


def read_config(path: str | None, flags: Mapping[str, Any]) -> MetaConfig:
    """The configuration of a file, if one is given, and of flags, which win over it.

    `flags` holds fields of MetaConfig; None stands for a flag that was not given. Raises ConfigError.
    """
    text, values = _read_toml(path) if path is not None else ("", {})
    where = _Places(path or "", text)
    _check_keys(values, where)
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
    given = {key: value for key, value in flags.items() if value is not None}
    merged = {**values, **given}
    if "region" not in merged:
        raise ConfigError("--region", "no region is named", 'name the one this server is for: "--region us-west2"')
    try:
        return MetaConfig(**merged)
    except ConfigError as error:
        key = error.subject
        raise ConfigError(where.flag(key) if key in given else where.key(key), error.reason, error.hint) from None


# --- the file --------------------------------------------------------------------------------------------------------


class _Places:
    """Where keys stand in a file. TOML readers do not tell, so the line of a key is searched for."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._lines = text.splitlines()

    def key(self, key: str) -> str:
        return f"{self.line(key)}: {key}"

    def line(self, key: str) -> str:
        start = re.compile(rf"""\s*(\[+\s*)?["']?{re.escape(key)}["']?\s*[=.\]]""")
        for number, line in enumerate(self._lines, 1):
            if start.match(line):
                return f"{self._path}:{number}"
        return self._path

    @staticmethod
    def flag(key: str) -> str:
        return f"--{key.replace('_', '-')}"


def _read_toml(path: str) -> tuple[str, dict[str, Any]]:
    try:
        with open(path, "rb") as file:
            text = file.read().decode()
    except OSError as error:
        raise ConfigError(path, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(path, f"is no text in UTF-8 (byte {error.start})") from None
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        position = re.search(r" \(at line (\d+), column (\d+)\)$", message)
        if position is None:
            raise ConfigError(path, message) from None
        raise ConfigError(":".join((path, *position.groups())), message[: position.start()]) from None


def _check_keys(values: Mapping[str, Any], where: _Places) -> None:
    known = {field.name for field in fields(MetaConfig)}
    for key, value in values.items():
        if key not in known:
            close = get_close_matches(key, known, 1)
            hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(sorted(known))}"
            raise ConfigError(where.line(key), f"unknown key {key!r}", hint)
        wanted = _KINDS[key]
        if not wanted.fits(value):
            raise ConfigError(where.key(key), f"is {_kind_of(value)}", f"give {wanted.text}")


def _kind_of(value: Any) -> str:
    for kind, text in ((bool, "a boolean"), (str, "a text"), (list, "a list"), (dict, "a table"), (int, "a number")):
        if isinstance(value, kind):
            return text
    return f"a {type(value).__name__}"


class _Kind(NamedTuple):
    text: str
    fits: Callable[[Any], bool]


_TEXT = _Kind("a text in quotes", lambda value: isinstance(value, str))
_TEXTS = _Kind(
    'a list of texts, such as ["us-west2", "eastus2"]',
    lambda value: isinstance(value, list) and all(isinstance(item, str) for item in value),
)
_WHOLE = _Kind("a whole number", lambda value: isinstance(value, int) and not isinstance(value, bool))
_NUMBER = _Kind("a number", lambda value: isinstance(value, int | float) and not isinstance(value, bool))
_KINDS: Final[Mapping[str, _Kind]] = {
    "region": _TEXT,
    "regions": _TEXTS,
    "primary": _TEXT,
    "listen": _TEXT,
    "storage": _TEXT,
    "log_format": _TEXT,
    "log_level": _TEXT,
    "stop_grace": _NUMBER,
    "history": _WHOLE,
    "retention": _WHOLE,
    "max_message_bytes": _WHOLE,
    "max_watchers_per_connection": _WHOLE,
}


# --- values ----------------------------------------------------------------------------------------------------------

_Problem = tuple[str, str]


def _region(value: str) -> _Problem | None:
    if re.fullmatch(REGION_ID, value):
        return None
    return f"{value!r} is no region id", "2 to 30 lower-case letters, digits and '-', such as us-west2"


def _regions(values: tuple[str, ...]) -> _Problem | None:
    return next((problem for value in values if (problem := _region(value))), None)


def _primary(value: str) -> _Problem | None:
    if not value or value.startswith("unix:"):
        return None
    found = re.fullmatch(r".+:(\d{1,5})", value, re.ASCII)
    if found is not None and int(found[1]) <= LAST_PORT:
        return None
    return f"{value!r} is no address", "give host and port, such as 127.0.0.1:8472"


def _listen(value: str) -> _Problem | None:
    try:
        check_listen(value)
    except ListenRefused as refused:
        return f"cannot listen on {value!r}: {refused.reason}", refused.hint
    return None


def _storage(value: str) -> _Problem | None:
    from goten.storage import StorageLocationError, open_storage

    try:
        open_storage(value or "memory:")
    except StorageLocationError as error:
        return f"{value!r} {error.reason}", error.hint
    return None


def _one_of(*known: str) -> Callable[[str], _Problem | None]:
    def check(value: str) -> _Problem | None:
        return None if value in known else (f"{value!r} is not known", f"one of {', '.join(known)}")

    return check


def _at_least(least: float) -> Callable[[float], _Problem | None]:
    def check(value: float) -> _Problem | None:
        return None if least <= value < float("inf") else (f"is {value}", f"give {least} or more")

    return check


def _between(least: int, most: int) -> Callable[[int], _Problem | None]:
    def check(value: int) -> _Problem | None:
        return None if least <= value <= most else (f"is {value}", f"give {least} to {most}")

    return check


_CHECKS: Final[Mapping[str, Callable[[Any], _Problem | None]]] = {
    "region": _region,
    "regions": _regions,
    "primary": _primary,
    "listen": _listen,
    "storage": _storage,
    "log_format": _one_of(*LOG_FORMATS),
    "log_level": _one_of(*LOG_LEVELS),
    "stop_grace": _at_least(0),
    "history": _at_least(1),
    "retention": _at_least(0),
    "max_message_bytes": _between(64 * 1024, 2**31 - 1),
    "max_watchers_per_connection": _at_least(1),
}
