"""The wheel is whole: what a checkout keeps beside the packages travels inside them."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hatchling.build import build_wheel

from tests.architecture.source import ROOT

# Run on the wheel alone: the places where each package looks for what it needs.
PLACES = """
from pathlib import Path
from idp.core.catalogues import FOLDER
from idp.core.migrations import _config
from idp.demo.folder import _source
from idp.web.render import STATIC, template_folder
from portals.app import PACKAGE, TEMPLATES
from portals.brands import BRANDS_FILE
from portals.language import FOLDER as PORTALS_FOLDER

for place in (
    template_folder() / "signin" / "identify.html",
    STATIC / "style.css",
    FOLDER / "fr.po",
    Path(_config().get_main_option("script_location")) / "env.py",
    _source(),
    TEMPLATES / "overview.html",
    PACKAGE / "static" / "portal.css",
    BRANDS_FILE,
    PORTALS_FOLDER / "fr.po",
):
    print(place)
"""


def test_every_file_a_package_looks_for_is_inside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    wheel = tmp_path / build_wheel(str(tmp_path))
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    asked = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(site)!r})\n{PLACES}"]
    told = subprocess.run(asked, cwd=site, env={}, check=True, capture_output=True, text=True, timeout=60).stdout
    places = [Path(line) for line in told.splitlines()]
    assert [place for place in places if not place.is_file() or not place.is_relative_to(site)] == []
    # One copy of each: the provider does not carry the portals' pages.
    assert not (site / "idp" / "templates" / "portal").exists()
