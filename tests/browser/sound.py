"""What every page must be: nothing for axe to find, light on a phone and dark on a desk, in the colours of both brands."""

from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

PHONE, DESK = ViewportSize(width=360, height=740), ViewportSize(width=1280, height=900)
OTHER = {"stellantis": "alphera", "alphera": "stellantis"}
AXE = Axe().axe_script
FINDINGS = """rules => axe.run(document, { resultTypes: ["violations"], ...rules }).then(({ violations }) =>
  violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))"""
# What another width can change, and what other colours can; the document stays the same.
OF_WIDTH, OF_COLOUR = ["target-size", "scrollable-region-focusable"], ["color-contrast", "link-in-text-block"]
# The page itself, and its tables: their rows stand below each other there.
SIDEWAYS = """[document.documentElement, ...document.querySelectorAll(".scroll")]
  .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
  .map(({ tagName, scrollWidth, clientWidth }) => `${tagName}: ${scrollWidth} on ${clientWidth}`)"""
THEME = """document.querySelector('link[href*="/theme.css"]')?.getAttribute("href") ?? "" """
DRESS = """href => new Promise((worn) => {
  const theme = document.querySelector('link[href*="/theme.css"]');
  theme.addEventListener("load", () => worn(null), { once: true });
  theme.setAttribute("href", href);
})"""
# For all that is written on the page: its colours, whether it is large, and what lies behind it, down to what is opaque.
COLOURS = """() => {
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const { backgroundColor, backgroundImage, opacity } = getComputedStyle(at);
      if (backgroundColor !== "rgba(0, 0, 0, 0)" || backgroundImage !== "none" || opacity !== "1") {
        layers.push([backgroundColor, backgroundImage, opacity]);
      }
      if (backgroundColor.startsWith("rgb(") && backgroundImage === "none" && opacity === "1") break;
    }
    return layers;
  };
  const written = (element) => element.matches("input, select, textarea")
    || [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const seen = (element) => element.checkVisibility() && element.getBoundingClientRect().width > 1;
  const found = [...document.querySelectorAll("body *")].filter(seen).filter(written).map((element) => {
    const { color, fontSize, fontWeight, textDecorationLine, textShadow } = getComputedStyle(element);
    const pixels = parseFloat(fontSize), large = pixels >= 24 || (pixels >= 18.67 && fontWeight >= 700);
    const beside = element.matches("a") ? [textDecorationLine, getComputedStyle(element.parentElement).color] : [];
    const idle = element.closest("[disabled], [aria-disabled]") !== null;
    return JSON.stringify([color, large, textShadow, idle, beside, behind(element)]);
  });
  return [...new Set(found)];
}"""
_sound: set[str] = set()


def is_sound(page: Page) -> None:
    """No rule of axe finds anything on a phone, and none that a desk and other colours can break."""
    is_sound_on_a_phone(page)
    theme = page.evaluate(THEME)
    brand = next((brand for brand in OTHER if f"/{brand}/" in theme), None)
    if brand:
        page.evaluate(DRESS, theme.partition("?")[0].replace(f"/{brand}/", f"/{OTHER[brand]}/"))
        has_sound_colours(page)
    looks(page, "dark", DESK)
    assert_nothing_found(page, {"runOnly": OF_WIDTH})
    has_sound_colours(page)
    if brand:
        page.evaluate(DRESS, theme)
        has_sound_colours(page)


def is_sound_at_one_brand(page: Page) -> None:
    """For stories that are told at both: a look at one is a look in the dress of both."""
    if "/stellantis/" in page.evaluate(THEME):
        is_sound(page)


def is_sound_on_a_phone(page: Page) -> None:
    """No rule of axe finds anything, and nothing is wider than the phone: what other words can change."""
    page.evaluate(AXE)
    looks(page, "light", PHONE)
    assert_nothing_found(page, {})
    _sound.update(page.evaluate(COLOURS))
    assert page.evaluate(SIDEWAYS) == [], f"{page.url} scrolls sideways"


def has_sound_colours(page: Page) -> None:
    """Axe is asked where colours meet that it has not judged yet in this run: what it says of them is the same everywhere."""
    colours = page.evaluate(COLOURS)
    if not _sound.issuperset(colours):
        assert_nothing_found(page, {"runOnly": OF_COLOUR})
        _sound.update(colours)


def looks(page: Page, scheme: Literal["light", "dark"], size: ViewportSize) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size(size)


def assert_nothing_found(page: Page, rules: dict[str, object]) -> None:
    assert page.evaluate(FINDINGS, rules) == [], f"{page.url} at {page.viewport_size}"
