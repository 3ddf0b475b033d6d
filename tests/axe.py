"""What axe-core, the accessibility checker, finds on a page of a real browser."""
from conftest import needs
from helpers.machine import fetched


def serious(page):
    """What axe-core finds on a page that keeps people with disabilities out: [(rule, the first place)]."""
    needs("axe-core")
    page.add_script_tag(path=fetched.folder("axe-core") / "axe.min.js")
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in ("serious", "critical")]
