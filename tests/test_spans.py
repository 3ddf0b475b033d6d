"""The parts of a verdict judge the article's words: each part is a span of the quote, and the words left over are named."""
import ast
import re

import pytest

import pipeline
from helpers import claims, data
from spans import LEFT, SPANS
from test_outcomes import calls, cells

QUOTES = {row["id"]: row["quote"] for row in data.claims_table()}
DECIDED = {row["id"] for row in data.claims_table() if row["kind"] in claims.DECIDED}


def parts():
    """{claim: the parts of its verdict} of the claims that are decided by parts, as far as a cell writes them out."""
    found = {}
    for tree in (tree for source in pipeline.sources() for tree in cells(source)):
        written = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
                written |= {ast.unparse(target): node.value for target in node.targets}
        for call in calls(tree, "claims.verdict"):
            claim, held = ast.literal_eval(call.args[0]), call.args[1]
            held = written.get(ast.unparse(held), held)
            if claim in DECIDED and isinstance(held, ast.Dict):
                found[claim] = [ast.literal_eval(key) for key in held.keys]
    return found


def unseen(quote, *spans):
    """The words of a quote that no span covers. Raises LookupError for a span that is not in it."""
    covered = set()
    for piece in (piece for span in spans for piece in span.split(" ... ")):
        begin = quote.find(piece)
        if begin < 0:
            raise LookupError(f"{piece!r} is not in {quote!r}")
        covered |= set(range(begin, begin + len(piece)))
    return [word.group() for word in re.finditer(r"\w+", quote) if not covered.issuperset(range(*word.span()))]


def test_the_parts_of_the_verdicts_are_those_of_the_table():
    assert parts() == {claim: list(spans) for claim, spans in SPANS.items()}


@pytest.mark.parametrize("claim", SPANS)
def test_a_part_is_a_span_of_the_quote_and_what_is_left_is_named(claim):
    assert unseen(QUOTES[claim], *SPANS[claim].values()) == re.findall(r"\w+", LEFT.get(claim, ""))


def test_only_a_claim_of_the_table_leaves_words():
    assert LEFT.keys() <= SPANS.keys()


def test_a_span_that_the_article_does_not_say_is_seen():
    with pytest.raises(LookupError, match="batches trees"):
        unseen(QUOTES["C30b"], "PyTorch batches trees by itself")
    assert unseen("build from source or install from pip", "install from pip") == ["build", "from", "source", "or"]
