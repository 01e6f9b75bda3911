"""Every RPC of the real server, by a client that was made of the wire facts alone."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.black_box.protos import write_protos
from tests.processes.meta_process import Running

REPO = Path(__file__).parents[2]
FACTS = REPO / "spec" / "wire-facts.txt"


def test_a_client_made_of_the_wire_facts_passes_every_rpc(tmp_path: Path) -> None:
    modules = tmp_path / "modules"
    modules.mkdir()
    files = write_protos(FACTS, modules)
    outputs = [f"--{kind}_out={modules}" for kind in ("python", "grpc_python")]
    compiler = [sys.executable, "-m", "grpc_tools.protoc", f"-I{modules}"]
    subprocess.run([*compiler, *outputs, *files], check=True, cwd=modules)
    storage = f"sqlite:{tmp_path / 'meta.sqlite'}"
    with Running("serve", "--region", "us-west2", "--listen", "127.0.0.1:0", "--storage", storage) as server:
        address = server.wait_for(r"serving meta.goten.com v1 on (\S+)", "err")[1]
        # Without the folder of the checkout on its path, and in another one, the client cannot find our modules.
        client = [sys.executable, "-P", "-c", _WITHOUT_GOTEN, str(REPO / "tests" / "black_box" / "client.py")]
        done = subprocess.run(
            [*client, str(modules), address], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )
    assert done.returncode == 0, done.stderr[-3000:]
    declared = re.findall(r"^  (\w+)\(\S+\) -> ", FACTS.read_text(), re.MULTILINE)
    assert len(declared) == 37
    assert sorted(done.stdout.split()) == sorted(declared)


_WITHOUT_GOTEN = """
import runpy, sys
class NotHere:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("goten", "goten_gen"):
            raise ImportError(f"{name} is not for this client")
sys.meta_path.insert(0, NotHere())
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
