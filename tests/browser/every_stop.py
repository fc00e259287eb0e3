"""A page walked by the tabulator alone: what it stops at, in which order, and whether one sees where one is."""

from itertools import groupby

from playwright.sync_api import Page

# Every place where the tabulator has to stop, as they stand in the document. Of radio buttons it stops at one of a name.
LISTENS = """() => {
  const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")];
  const of = (one) => all.filter((other) => other.name === one.name);
  const first = (one) => of(one).find((other) => other.checked) ?? of(one)[0];
  window.stops = all.filter((one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility({ visibilityProperty: true })
    && (one.type !== "radio" || one === first(one)));
  window.seen = [];
  document.addEventListener("focusin", ({ target }) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(target);
    const { width, height } = target.getBoundingClientRect();
    seen.push({
      place: stops.indexOf(target),
      html: target.outerHTML.slice(0, 120),
      plain: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && width > 1 && height > 1,
    });
  });
  return stops.map((one) => one.outerHTML.slice(0, 120));
}"""
SKIP = "Skip to the page"
TIMES, PARTS = 'type="datetime-local"', 6


def walks_by_keyboard(page: Page) -> None:
    """The tabulator reaches all there is, in its order, shows where it is, is caught nowhere; a link leads past the menu."""
    stops = page.evaluate(LISTENS)
    # A field for a date and a time has a stop for each of its parts.
    for _ in range(len(stops) + 2 + PARTS * sum(TIMES in html for html in stops)):
        page.keyboard.press("Tab")
    seen = page.evaluate("seen")
    assert [one["html"] for one in seen if not one["plain"]] == [], f"{page.url}: nobody sees that this has the focus"
    places = [place for place, _ in groupby(one["place"] for one in seen)]
    missed = [html for place, html in enumerate(stops) if place not in places]
    assert missed == [], f"{page.url}: the tabulator does not reach this"
    follows = [(one + 1) % len(stops) for one in places]
    assert places[1:] == follows[:-1], f"{page.url}: the tabulator wanders"
    assert SKIP in stops[0], f"{page.url}: nothing to skip by"
