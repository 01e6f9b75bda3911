"""Configuration of `goten-meta serve`: what the file may say, how it is refused, and that flags win."""

from __future__ import annotations

from pathlib import Path

import pytest

from goten.meta_server.config import ConfigError, MetaConfig, default_storage, read_config


def write(tmp_path: Path, text: str) -> str:
    path = tmp_path / "meta.toml"
    path.write_text(text)
    return str(path)


def test_region_alone_is_enough() -> None:
    config = read_config(None, {"region": "us-west2"})
    assert config == MetaConfig(region="us-west2")
    assert config.listen == "127.0.0.1:8472"
    assert config.storage_address == default_storage("us-west2")


def test_every_key_of_the_file(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        region = "us-west2"
        regions = ["us-west2", "eastus2"]
        listen = "localhost:0"
        storage = "memory:"
        log_format = "json"
        log_level = "debug"
        stop_grace = 2.5
        history = 100
        retention = 1000
        max_message_bytes = 1048576
        max_watchers_per_connection = 7
        """,
    )
    assert read_config(path, {}) == MetaConfig(
        region="us-west2",
        regions=("us-west2", "eastus2"),
        listen="localhost:0",
        storage="memory:",
        log_format="json",
        log_level="debug",
        stop_grace=2.5,
        history=100,
        retention=1000,
        max_message_bytes=1048576,
        max_watchers_per_connection=7,
    )


def test_flags_win_over_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, 'region = "us-west2"\nlog_level = "debug"\n')
    config = read_config(path, {"region": "eastus2", "log_level": None, "listen": "[::1]:9000"})
    assert (config.region, config.log_level, config.listen) == ("eastus2", "debug", "[::1]:9000")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('region = "us-west2"\nregoins = []\n', "meta.toml:2: unknown key 'regoins'; did you mean regions?"),
        ('region = "us-west2"\n[limits]\nx = 1\n', "meta.toml:2: unknown key 'limits'; known are history, listen,"),
        ("region = 5\n", "meta.toml:1: region: is a number; give a text in quotes"),
        ("history = true\n", "meta.toml:1: history: is a boolean; give a whole number"),
        ("\nhistory = 1.5\n", "meta.toml:2: history: is a float; give a whole number"),
        ('regions = ["us-west2", 5]\n', 'meta.toml:1: regions: is a list; give a list of texts, such as ["us-west2",'),
        ('region = "us-west2"\nregions = ["x"]\n', "meta.toml:2: regions: 'x' is no region id; 2 to 30 lower-case"),
        ('region = "US"\n', "meta.toml:1: region: 'US' is no region id"),
        ('region = "a1"\nhistory = 0\n', "meta.toml:2: history: is 0; give 1 or more"),
        ('region = "a1"\nstop_grace = nan\n', "meta.toml:2: stop_grace: is nan; give 0 or more"),
        ('region = "a1"\nstorage = "etcd:x"\n', "meta.toml:2: storage: 'etcd:x' names no storage; write sqlite:PATH"),
        ('region = "a1"\nlog_level = "loud"\n', "meta.toml:2: log_level: 'loud' is not known; one of debug, info,"),
        ('region = "a1"\n\nregion = "a2"\n', "meta.toml:3:14: Cannot overwrite a value"),
        ("region = \n", "meta.toml:1:10: Invalid value"),
        ("listen = 'x'\n", "--region: no region is named"),
    ],
)
def test_what_a_file_may_not_say(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read_config(write(tmp_path, text), {})
    assert message in str(refused.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no\.toml: cannot be read: No such file or directory"):
        read_config(str(tmp_path / "no.toml"), {})
    (tmp_path / "latin.toml").write_bytes(b'region = "\xe9"')
    with pytest.raises(ConfigError, match=r"latin\.toml: is no text in UTF-8 \(byte 10\)"):
        read_config(str(tmp_path / "latin.toml"), {})


@pytest.mark.parametrize("listen", ["0.0.0.0:8472", "[::]:8472", "192.168.1.5:1", "example.com:443"])
def test_other_addresses_than_loopback_are_refused_with_the_reason(listen: str) -> None:
    with pytest.raises(ConfigError, match=r"--listen: cannot listen on .*; give a loopback address"):
        read_config(None, {"region": "us-west2", "listen": listen})
    with pytest.raises(ConfigError, match="only loopback addresses are served until access control is there"):
        read_config(None, {"region": "us-west2", "listen": "0.0.0.0:8472"})


@pytest.mark.parametrize("listen", ["127.0.0.1", "8472", ":8472", "127.0.0.1:x", "127.0.0.1:-1"])
def test_what_is_no_address(listen: str) -> None:
    with pytest.raises(ConfigError, match=r"--listen: cannot listen on .*; give a loopback address"):
        read_config(None, {"region": "us-west2", "listen": listen})


def test_what_is_no_port() -> None:
    with pytest.raises(ConfigError, match=r"99999 is no port; a port is a number from 0 to 65535"):
        read_config(None, {"region": "us-west2", "listen": "127.0.0.1:99999"})
    with pytest.raises(ConfigError, match=r"primary: .* is no address; .*"):
        read_config(None, {"region": "us-west2", "primary": "127.0.0.1:99999"})


def test_default_storage_is_where_state_belongs() -> None:
    assert (
        default_storage("a1", {"STATE_DIRECTORY": "/var/lib/goten-meta:/x"}) == "sqlite:/var/lib/goten-meta/a1.sqlite"
    )
    assert default_storage("a1", {"XDG_STATE_HOME": "/state"}) == "sqlite:/state/goten-meta/a1.sqlite"
    assert default_storage("a1", {}).endswith("/.local/state/goten-meta/a1.sqlite")
