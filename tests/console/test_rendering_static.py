import re
from hashlib import sha256
from pathlib import Path

from intentflow.console import rendering

CONSOLE = Path(rendering.__file__).parent
VENDOR = CONSOLE / "static" / "vendor"
OURS = [*CONSOLE.glob("templates/*"), *CONSOLE.glob("static/*.*")]


def test_what_is_vendored_is_what_its_packages_hold():
    said = re.findall(r"^  ([0-9a-f]{64})  (\S+)$", (VENDOR / "VENDORED.txt").read_text(), re.MULTILINE)
    assert {name: sha256((VENDOR / name).read_bytes()).hexdigest() for _, name in said} == {n: s for s, n in said}
    assert {path.name for path in VENDOR.iterdir()} == {name for _, name in said} | {"VENDORED.txt"}


def test_nothing_comes_from_elsewhere():
    """The console works offline: no template, style or script of ours names another host."""
    named = {path.name: re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", path.read_text()) for path in OURS}
    assert {name: found for name, found in named.items() if set(found) - {"http://www.w3.org"}} == {}


def test_no_page_holds_a_script_a_style_or_a_handler():
    """The policy of the pages allows none; whatever breaks out of its quotes can't run."""
    inside_html = r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:|hx-on"
    unescaped = r"\|\s*safe|Markup\(|autoescape"
    inline = re.compile(f"{inside_html}|{unescaped}", re.IGNORECASE)
    assert {path.name: inline.findall(path.read_text()) for path in OURS if inline.search(path.read_text())} == {}


def test_a_static_file_has_another_address_when_it_is_another_file():
    assert re.fullmatch(r"/static/console\.css\?v=[0-9a-f]{12}", rendering.static("console.css"))
    assert rendering.static("console.css") != rendering.static("console.js")
