"""What axe-core, the accessibility checker, finds on a page of a real browser."""
from conftest import needs
from helpers.machine import fetched

FRAMES = "new Promise(seen => requestAnimationFrame(() => requestAnimationFrame(seen)))"
"""Waits until a frame is whole: only at its end do a page's own observers hear of a new size, and let the keyboard in."""


def serious(page):
    """What axe-core finds on a page that keeps people with disabilities out: [(rule, the first place)]."""
    needs("axe-core")
    page.add_script_tag(path=fetched.folder("axe-core") / "axe.min.js")
    page.evaluate(FRAMES)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in ("serious", "critical")]
