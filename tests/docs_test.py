"""Holds the documents to the code: links lead somewhere, exit codes and options are the real ones, and
`cmake --install` puts everything where a package would.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(os.environ["HAUL_BIN"])
TOOLS = ["haul-dump", "haul-restore", "haul-seed", "haul-inspect", "haul-export", "haul-import"]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "formats/README.md",
             ROOT / "examples/README.md", ROOT / "contrib/compose/README.md",
             *sorted((ROOT / "docs").glob("*.md"))]


def anchors(document):
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


def broken_links(document):
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        if re.match(r"\w+:", target):
            continue
        name, _, anchor = target.partition("#")
        linked = document.parent / name if name else document
        if not linked.exists() or (anchor and anchor not in anchors(linked)):
            yield target


def options_of(tool):
    done = subprocess.run([BIN / tool, "--help"], capture_output=True, text=True, check=True)
    return set(re.findall(r"--([A-Za-z]+)", done.stdout))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: str(d.relative_to(ROOT)))
def test_every_link_leads_somewhere(document):
    assert list(broken_links(document)) == []


def test_every_exit_code_of_the_code_is_explained_and_no_other():
    header = (ROOT / "core/base/error.h").read_text()
    in_code = {int(n) for n in re.findall(r"^  k\w+ = (\d+),", header, re.MULTILINE)}
    table = re.findall(r"^\| ([\d, ]+) \|", (ROOT / "docs/exit-codes.md").read_text(), re.MULTILINE)
    in_docs = {int(n) for cell in table for n in cell.split(",")}
    assert in_code == in_docs


@pytest.mark.parametrize("tool", TOOLS)
def test_every_option_on_a_tools_page_exists(tool):
    page = (ROOT / f"docs/{tool}.md").read_text()
    mentioned = set(re.findall(r"--([A-Za-z]+)", page)) - {"eval"}
    assert mentioned - set().union(*(options_of(t) for t in TOOLS)) == set()


def test_installing_puts_executables_and_documents_where_a_package_would(tmp_path):
    subprocess.run(["cmake", "--install", BIN.parent, "--prefix", "/usr"], check=True,
                   capture_output=True, env={**os.environ, "DESTDIR": str(tmp_path)})
    for tool in TOOLS:
        done = subprocess.run([tmp_path / "usr/bin" / tool, "--version"], capture_output=True, text=True)
        assert (done.returncode, done.stdout.split()[0]) == (0, tool)
    documents = tmp_path / "usr/share/doc/haul"
    for name in ("README.md", "LICENSE", "formats/README.md", "docs/exit-codes.md",
                 *(f"docs/{tool}.md" for tool in TOOLS)):
        assert (documents / name).is_file(), name
