"""Holds who may include whom as one table (docs/architecture.md) and fails on any other #include.

Run by ctest (label unit) or alone: python3 -m pytest tests/layering_test.py
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

BASE = {"core/base"}
BYTES = BASE | {"core/bson", "core/io"}
DATA = BYTES | {"core/pipeline", "core/plan", "core/storage"}
COMMAND = DATA | {"core/cli", "core/mongo", "core/report", "formats"}
SHAPING = COMMAND | {"core/secret", "core/transform"}

# folder -> the folders, or single headers, that it may include from besides itself
ALLOWED = {
    "core/base": set(),
    "core/bson": BASE,
    "core/io": BASE,
    "core/storage": BASE | {"core/io"},
    "core/plan": BASE | {"core/bson"},
    "core/pipeline": BYTES | {"core/plan"},
    "core/secret": BASE | {"core/bson"},
    "core/transform": BASE | {"core/bson", "core/secret", "core/plan/namespace_pattern.h"},
    "core/mongo": BASE | {"core/bson", "core/pipeline", "core/plan"},
    "core/report": BASE,
    "core/cli": BASE | {"core/report", "core/pipeline/stop.h"},
    "formats": DATA,
    "dump": COMMAND,
    "restore": COMMAND,
    "seed": SHAPING,
    "tools/export": SHAPING,
    "tools/import": SHAPING,
    "tools/inspect": COMMAND - {"core/mongo"},
}

# outside header (the start of its name) -> the only folders that may include it
OUTSIDE = {
    "boost/program_options": {"core/cli"},
    "mongoc": {"core/mongo"},
    "bson/": {"core/bson", "core/mongo"},
    "zstd": {"core/io"},
    "zlib.h": {"core/io"},
    "simdjson": {"core/bson"},
    "crypt.h": {"core/secret"},
    "jwt.h": {"core/secret"},
    "sodium": {"core/io", "core/secret"},
    "curl/": {"core/storage"},
    "yaml-cpp/": {"core/cli"},
}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def folder_of(path):
    """The layer that a path from the root belongs to: core/x, tools/x, or its first folder."""
    parts = Path(path).parts
    return "/".join(parts[:2]) if parts[0] in ("core", "tools") else parts[0]


def includes(file):
    """Yields (line number, name, quoted) of each #include."""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match[1] or match[2], match[1] is not None


def sources(root):
    """All C++ files of the product; tests may include anything."""
    tops = {folder.split("/")[0] for folder in ALLOWED}
    found = [f for top in tops for ext in ("*.h", "*.cc") for f in (root / top).rglob(ext)]
    return sorted(found)


def fault_in(layer, name, quoted, root):
    """Why `layer` may not include `name`; None if it may."""
    if not quoted:
        owners = next((v for k, v in OUTSIDE.items() if name.startswith(k)), None)
        return None if owners is None or layer in owners else f"only {sorted(owners)} may"
    if not (root / name).is_file():
        return "no such file; quoted names are paths from the root"
    target = folder_of(name)
    if target == layer or target in ALLOWED[layer] or name in ALLOWED[layer]:
        return None
    return f"{layer} may include only {sorted(ALLOWED[layer]) or 'itself'}"


def violations(root):
    """One line for each #include that the tables do not allow, and for each unknown folder."""
    found = []
    for file in sources(root):
        path = file.relative_to(root)
        layer = folder_of(path)
        if layer not in ALLOWED:
            found.append(f"{path}: {layer} is not in the table")
            continue
        for line, name, quoted in includes(file):
            fault = fault_in(layer, name, quoted, root)
            if fault:
                found.append(f"{path}:{line}: includes {name}: {fault}")
    return found


def curl_includers(root):
    """The files that include curl: more than one means that HTTP leaks out of its place."""
    return [f for f in sources(root) if any(n.startswith("curl/") for _, n, _ in includes(f))]


def tree(root, files):
    """Writes {path: text} below root; every header that a text names in quotes exists."""
    for path, text in files.items():
        for name in [path, *re.findall(r'"([^"]+\.h)"', text)]:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).touch()
        (root / path).write_text(text, encoding="utf-8")
    return root


def test_every_include_of_the_tree_is_allowed():
    assert len(sources(ROOT)) > 20
    assert violations(ROOT) == []
    assert len(curl_includers(ROOT)) <= 1


def test_the_table_has_no_cycle():
    def reaches(start, goal, seen):
        targets = {folder_of(t) for t in ALLOWED[start] if not t.endswith(".h")}
        return goal in targets or any(
            reaches(t, goal, seen | {t}) for t in targets if t not in seen)

    assert [folder for folder in ALLOWED if reaches(folder, folder, {folder})] == []


def test_an_include_against_the_direction_is_found(tmp_path):
    tree(tmp_path, {"core/io/codec.cc": '#include "core/mongo/connection.h"\n'})
    assert violations(tmp_path) == [
        "core/io/codec.cc:1: includes core/mongo/connection.h: "
        "core/io may include only ['core/base']"
    ]


def test_one_command_including_another_is_found(tmp_path):
    tree(tmp_path, {"dump/run.cc": '#include "core/cli/signals.h"\n#include "restore/plan.h"\n'})
    assert [line.split(": ")[1] for line in violations(tmp_path)] == ["includes restore/plan.h"]


def test_an_outside_header_away_from_its_home_is_found(tmp_path):
    tree(tmp_path, {"formats/a.cc": "#include <mongoc/mongoc.h>\n  #  include <curl/curl.h>\n"})
    assert violations(tmp_path) == [
        "formats/a.cc:1: includes mongoc/mongoc.h: only ['core/mongo'] may",
        "formats/a.cc:2: includes curl/curl.h: only ['core/storage'] may",
    ]


def test_a_single_allowed_header_does_not_open_its_folder(tmp_path):
    text = '#include "core/pipeline/stop.h"\n#include "core/pipeline/batch.h"\n'
    tree(tmp_path, {"core/cli/signals.cc": text})
    assert [line.split(": ")[0] for line in violations(tmp_path)] == ["core/cli/signals.cc:2"]


def test_a_relative_name_and_a_new_folder_are_found(tmp_path):
    tree(tmp_path, {"core/misc/x.h": "", "core/base/y.cc": ""})
    (tmp_path / "core/base/y.cc").write_text('#include "../io/z.h"\n', encoding="utf-8")
    assert violations(tmp_path) == [
        "core/base/y.cc:1: includes ../io/z.h: no such file; quoted names are paths from the root",
        "core/misc/x.h: core/misc is not in the table",
    ]
