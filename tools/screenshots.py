"""Takes the pictures of the README from a running demonstration: `python -m tools.screenshots`."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

IMAGES = Path(__file__).parent.parent / "docs" / "images"
CUSTOMER = "ana"
SCREEN = {"width": 1280, "height": 900}
PORTAL = {"width": 1280, "height": 1160}  # down to the end of the chart


def main() -> None:
    """Writes `sign-in.png` and `portal.png`."""
    IMAGES.mkdir(exist_ok=True)
    with _demo() as facts, sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = chromium.new_page(viewport=SCREEN, color_scheme="light")
        _take(page, facts)
        chromium.close()


@contextmanager
def _demo() -> Iterator[dict[str, Any]]:
    # At its usual ports, because the address of the provider stands in the picture.
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "idp.cli", "demo", "--json", "--data-dir", folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:  # noqa: S603 - our own command
            assert demo.stdout is not None  # noqa: S101 - asked for above
            try:
                yield json.loads(demo.stdout.readline())
            finally:
                demo.terminate()


def _take(page: Page, facts: dict[str, Any]) -> None:
    customer = next(one for one in facts["customers"] if one["username"] == CUSTOMER)
    page.goto(facts["portals"]["stellantis"])
    page.get_by_role("banner").get_by_role("link", name="Customer Login").click()
    page.get_by_label("Username or e-mail").fill(customer["username"])
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / "sign-in.png", full_page=True)
    page.get_by_label("Password", exact=True).fill(customer["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="See schedule and payments").click()
    expect(page.get_by_role("table", name="Repayment schedule")).to_be_visible()
    page.screenshot(path=IMAGES / "portal.png", full_page=True, clip={"x": 0, "y": 0, **PORTAL})


if __name__ == "__main__":
    main()
