"""Visdom's real server, offline: visdom_server.py PORT FOLDER. FOLDER keeps the environments, and a copy of the page.

Its pages begin at the path BOARD_BASE of the environment, which ends with letters drawn at random: Visdom asks nobody who
they are. It answers who calls this machine by its own name. What says another is a page from elsewhere.

`visdom.server.run_server.main` first downloads the page's scripts; `start_server` is what it calls then. Here the scripts
come from npm's packages, which an install step of the course has fetched; without them the server runs all the same, and
its page is not to be had. `hostname` is only printed: `bind_local` is what keeps the server on loopback.
"""
import os
import shutil
import sys
from pathlib import Path

from helpers.machine import fetched, loopback

# The names under which the page wants its files: the package, and the name there; as in visdom/server/build.py.
FILES = {
    "js/jquery.min.js": ("jquery", "dist/jquery.min.js"),
    "js/bootstrap.min.js": ("bootstrap", "dist/js/bootstrap.min.js"),
    "css/bootstrap.min.css": ("bootstrap", "dist/css/bootstrap.min.css"),
    "fonts/glyphicons-halflings-regular.woff2": ("bootstrap", "dist/fonts/glyphicons-halflings-regular.woff2"),
    "js/react-react.min.js": ("react", "umd/react.production.min.js"),
    "js/react-dom.min.js": ("react-dom", "umd/react-dom.production.min.js"),
    "css/react-resizable-styles.css": ("react-resizable", "css/styles.css"),
    "css/react-grid-layout-styles.css": ("react-grid-layout", "css/styles.css"),
    "js/layout_bin_packer.js": ("layout-bin-packer", "dist/layout-bin-packer.js"),
    "js/plotly-plotly.min.js": ("plotly.js-dist-min", "plotly.min.js"),
    "js/d3.v3.min.js": ("d3", "d3.min.js"),
    "js/d3-selection-multi.v1.js": ("d3-selection-multi", "build/d3-selection-multi.js"),
    "js/saveSvgAsPng.js": ("save-svg-as-png", "lib/saveSvgAsPng.js"),
}
OUTSIDE, INSTEAD = '{{ static_url("../user/style.css") }}', "/user/style.css"


def patched(page, base=""):
    """Visdom's page, a template of tornado's, without what keeps it from working here: the only patch to Visdom.

    tornado 6.6 answers 403 to a page that asks for the version of a file outside the static folder, and MathJax, which
    typesets formulas in titles, is a hundred files more from the web.
    """
    return "\n".join(line for line in page.replace(OUTSIDE, base + INSTEAD).splitlines() if "mathjax" not in line.lower())


def files():
    """Where npm's files for the page lie, by the page's names. FileNotFoundError when a package of them is not there."""
    return {name: fetched.folder(package) / file for name, (package, file) in FILES.items()}


def write_page(static, folder, base=""):
    """Copy Visdom's own `static` folder, its page patched, and npm's files to `folder`; raises as `files` does.

    Copies, not links: tornado 6.6 refuses links that lead out of the static folder.
    """
    found = files()
    shutil.copytree(static, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.map"))
    for name, path in found.items():
        Path(folder, name).parent.mkdir(exist_ok=True)
        shutil.copyfile(path, Path(folder, name))
    page = Path(folder, "index.html")
    page.write_text(patched(page.read_text(encoding="utf-8"), base), encoding="utf-8")


def main(port, folder, base):
    """Serve until ended from outside."""
    sys.modules["torch"] = None  # Visdom imports torch where it can, which takes seconds; the server has no use for it
    from tornado.web import ErrorHandler
    from visdom.server import app, run_server

    class Application(app.Application):
        """Visdom's, for requests that call this machine by its own name."""

        def find_handler(self, request, **others):
            if loopback.is_own_name(request.headers.get("Host")):
                return super().find_handler(request, **others)
            return self.get_handler_delegate(request, ErrorHandler, {"status_code": 404})

    page = Path(folder, "page")
    try:
        write_page(app.tornado_settings["static_path"], page, base)
    except FileNotFoundError as error:
        print(error, flush=True)
    else:
        app.tornado_settings.update(static_path=str(page), template_path=str(page))
    run_server.Application = Application
    run_server.start_server(port=port, hostname="127.0.0.1", base_url=base, env_path=folder, bind_local=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], os.environ.pop("BOARD_BASE"))
