"""Takes the pictures of `docs/clients.md`: `python -m tools.client_pictures`. It walks as an administrator would."""

from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import launch
from tests.browser.demo import a_demo, free_ports
from tests.browser.office import an_office
from tests.browser.registering import Administrator
from tests.browser.shop import Shop
from tests.browser.visitor import Visitor

FOLDER = Path(__file__).parent.parent / "docs" / "images" / "clients"
DESK = {"width": 1000, "height": 640}
TALLEST = 1100
CALLBACK = "https://roadside.example.com/callback"


def takes(name: str, page: Page) -> None:
    """Writes what is seen now as the picture `name`."""
    page.wait_for_load_state("networkidle")
    tall = page.evaluate("document.documentElement.scrollHeight")
    seen = {"x": 0, "y": 0, "width": DESK["width"], "height": min(tall, TALLEST)}
    page.screenshot(path=FOLDER / f"{name}.png", full_page=True, clip=seen)


def main() -> None:
    """Writes every picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as folder,
        a_demo(Path(folder) / "data", free_ports(3)) as demo,
        an_office(demo.settings) as office,
        sync_playwright() as driver,
    ):
        chromium = launch(driver)
        page = chromium.new_page(viewport=DESK, color_scheme="light")
        ada = Administrator(Visitor(page, demo), office, "ada", takes)
        ada.signs_in()
        ada.registers("Roadside help", "roadside-help", "ALPHERA", CALLBACK)
        ada.chooses("I have copied it")
        ada.visitor.reads("Roadside help")
        takes("client", page)
        customer = Visitor(chromium.new_page(viewport=DESK, color_scheme="light"), demo)
        request = Shop(demo.issuer, "alphera").request(client_id="roadside-help", redirect_uri=CALLBACK)
        customer.page.goto(f"{demo.issuer}/authorize?{urlencode(request)}")
        customer.sign_in("dev")
        customer.reads("Allow Roadside help?")
        takes("consent", customer.page)
        chromium.close()


if __name__ == "__main__":
    main()
