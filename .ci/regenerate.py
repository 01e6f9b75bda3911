"""Regenerates what is committed. `goten-gen` itself writes nothing of the protocol, which comes with the runtime; here
the same stops of its road write the runtime's part."""

import os
import sys

from goten_gen import copies, generation, output, read
from goten_gen.analysis import analyse
from goten_gen.inputs import Selection, read_input
from goten_gen.keys import ServiceKey
from goten_gen.output import OutputFile
from goten_gen.render import render_services

SPEC = "spec/proto"
META = ServiceKey("meta.goten.com", "v1")
OPTIONS = os.path.join("generator", "goten_gen", read.OPTIONS_FILE)


def main() -> int:
    check = sys.argv[1:] == ["--check"]
    plans = [*plan_options(), plan_runtime()]
    changed = [f"{plan.root}/{path}" for plan in plans for path in (*(f.path for f in plan.writes), *plan.removals)]
    if not check:
        for plan in plans:
            output.apply(plan)
    examples = generation.generate(
        Selection((f"{SPEC}/examples",)), generation.Options(out="generated_examples", check=check)
    )
    changed += [f"generated_examples/{path}" for path in (*examples.written, *examples.removed)]
    for path in changed[:20]:
        print(f"{os.path.relpath(path)} {'differs' if check else 'written'}")
    if len(changed) > 20:
        print(f"... and {len(changed) - 20} more")
    if check and changed:
        print("What is committed is not what the generator writes: run .ci/regenerate and look at the difference.")
    return 1 if (check and changed) or examples.exit_code else 0


def plan_options() -> list[output.Plan]:
    """The compiled annotations that the generator reads options with; a plan only where they changed."""
    content = copies.compile_originals(read.OPTION_PROTOS).SerializeToString(deterministic=True)
    with open(OPTIONS, "rb") as file:
        if file.read() == content:
            return []
    folder, name = os.path.split(OPTIONS)
    return [output.plan(folder, [OutputFile(name, content)], whole=())]


def plan_runtime() -> output.Plan:
    """Protobuf modules of the protocol's own files, and names, descriptors and wiring of the Meta service."""
    selection = Selection((f"{SPEC}/goten", f"{SPEC}/compat/goten"), (SPEC, f"{SPEC}/compat"))
    analysis = analyse(read_input(selection), selection)
    if analysis.diagnostics:
        raise SystemExit(f"the protocol's own protos are not clean: {analysis.diagnostics}")
    paths = sorted(path for path in analysis.selected_files if path.startswith("goten/"))
    with generation.protobuf_files(analysis, paths, (str(META),)) as wait:
        modules, complaints = wait()
    if complaints:
        raise SystemExit(f"protoc refuses: {complaints}")
    files = render_services(analysis.world, [META]) + modules
    return output.plan("runtime", files, whole=[str(META), f"{META} protobuf"])


if __name__ == "__main__":
    sys.exit(main())
