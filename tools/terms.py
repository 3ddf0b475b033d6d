"""The glossary's terms on the site's pages: the first use of each is a link, and every such link has its definition.

A lesson links some terms itself; of the others, the first use in its texts becomes a link here. The definition is shown on
hover and on focus (tools/site/site.js), and is the link's description to a screen reader.
"""
import functools
import re

from helpers import ROOT, show

EVERYDAY = {"closed-loop", "copy", "environment", "extra", "host", "parameter", "session", "variable", "view"}
"""Terms that texts use in a plain sense too. These are links only where a lesson makes them so."""

QUIET = re.compile(r"<(/?)(a|blockquote|code|h[1-6]|math|pre|summary|svg)\b")
"""What no link is put into: code, equations, other links, headings, and the box of a lesson's aims."""


@functools.cache
def glossary():
    """{anchor: (the term as texts write it, its definition)} of notebooks/glossary.md."""
    text = (ROOT / "notebooks" / "glossary.md").read_text(encoding="utf-8")
    entries = re.findall(r"^## (.+)\n((?:(?!## ).*\n?)*)", text, re.M)
    definitions = {term: " ".join(body.split()) for term, body in entries}
    return {term.replace(" ", "-"): (spelling(term, said), said) for term, said in definitions.items()}


def spelling(term, definition):
    """A term as texts write it: headings are in small letters, and a definition that begins with the term knows better."""
    begins = definition[:len(term)]
    return begins if begins.lower() == term else term


@functools.cache
def uses():
    """The pattern of a use of any term, a longer one before a shorter; an "s" may follow."""
    spellings = sorted((name for anchor, (name, _) in glossary().items() if anchor not in EVERYDAY), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])({'|'.join(pattern(name) for name in spellings)})(?:e?s)?(?![\w-])")


def pattern(name):
    """The pattern of a term: in any case, unless its spelling has a case of its own."""
    words = re.escape(name).replace(r"\ ", r"\s+")
    return f"(?i:{words})" if name == name.lower() else words


def anchor_of(use):
    """The glossary's anchor of a term as it was found in a text."""
    return "-".join(use.lower().split())


def authored(markdown):
    """The anchors of the terms that a text links itself."""
    return set(re.findall(r"glossary\.md#([\w-]+)", markdown))


def linked(page, seen, up):
    """A text's HTML with the first use of each term as a link.

    seen: anchors that have their link; the new ones are added. up: the way to the glossary's folder.
    """
    depth, pieces = 0, re.split(r"(<[^>]+>)", page)

    def link(match):
        anchor = anchor_of(match.group(1))
        if anchor in seen:
            return match.group()
        seen.add(anchor)
        return f'<a href="{up}glossary.html#{anchor}">{match.group()}</a>'

    for k, piece in enumerate(pieces):
        if found := QUIET.match(piece):
            depth += -1 if found.group(1) else 1
        elif not piece.startswith("<") and depth == 0:
            pieces[k] = uses().sub(link, piece)
    return "".join(pieces)


def described(body):
    """(a page's HTML whose links to terms name their definitions, [(anchor, definition)] for the end of the page)."""
    used = []

    def describe(match):
        anchor = match.group(2)
        if anchor not in glossary():
            return match.group()
        used.append(anchor)
        return f'<a class="term" aria-describedby="about-{anchor}" href="{match.group(1)}glossary.html#{anchor}"'

    page = re.sub(r'<a href="((?:\.\./)?)glossary\.html#([\w-]+)"', describe, body)
    return page, [(anchor, show.inline(glossary()[anchor][1])) for anchor in dict.fromkeys(used)]
