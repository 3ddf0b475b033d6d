"""What a hand has written into a notebook: told apart from what the build wrote, named, and kept when an edition changes.

A cell's id begins with the hash of the text that the build gave it (`pipeline.read`), so a cell says by itself whether
its text is still that one. Across editions a cell is known by the exercise or the prediction that it belongs to, else by
its id, else by its text.
"""
import copy
import hashlib
import re

import nbformat

CHECK = re.compile(r"exercises\.check\(\s*[\"']([^\"']+)")
PREDICT = re.compile(r"exercises\.predict\(\s*[\"']([^\"']+)")


def digest(text):
    """A text's hash, as cell ids hold it."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def load(path):
    """The notebook in a file. Raises ValueError, with a sentence, when the file is none or is damaged."""
    try:
        nb = nbformat.read(path, 4)
        if not all(isinstance(cell.source, str) and cell.cell_type for cell in nb.cells):
            raise ValueError("a cell without text")
    except (ValueError, AttributeError, KeyError, TypeError, nbformat.ValidationError) as error:
        reason = type(error).__name__
        raise ValueError(f"{path.name} cannot be read as a notebook ({reason}); it is left as it is") from error
    return nb


def text(cell):
    """What counts as a cell's content: its kind and its source, without spaces at the end."""
    return cell.cell_type, cell.source.rstrip()


def as_built(cell):
    """Whether a cell's text is the one that its id was made from."""
    return digest(cell.source) in cell.get("id", "").split("-")


def built_part(nb):
    """The notebook of the cells that are as the build wrote them: what is known of the edition that nb was made from."""
    return nbformat.from_dict({**nb, "cells": [cell for cell in nb.cells if as_built(cell)]})


def keys(nb):
    """For each cell its key: ("exercise", "2.1"), ("prediction", "P2.1") or ("id", id); None where an earlier cell has it.

    An exercise's cell is the last one with this tag above its check.
    """
    found, check = [], None
    for cell in reversed(nb.cells):
        code = cell.source if cell.cell_type == "code" else ""
        if check and "exercise" in cell.metadata.get("tags", []):
            found.append(("exercise", check))
            check = None
        elif asks := PREDICT.search(code):
            found.append(("prediction", asks.group(1)))
        else:
            found.append(None)
        if checks := CHECK.search(code):
            check = checks.group(1)
    unique = []
    for key, cell in zip(reversed(found), nb.cells, strict=True):
        both = [key, ("id", cell.get("id"))]
        unique.append(next((one for one in both if one not in (None, ("id", None), *unique)), None))
    return unique


def by_key(nb):
    """{key: cell} of a notebook's cells."""
    return {key: cell for key, cell in zip(keys(nb), nb.cells, strict=True) if key}


def keys_among(nb, known):
    """For each cell of nb its key among the keys of `known` ({key: cell}), None for a cell of the learner's own.

    A cell that another program gave a new id is known by its text.
    """
    found = [key if key in known else None for key in keys(nb)]
    free = {text(cell): key for key, cell in known.items() if key not in found}
    return [key or free.pop(text(cell), None) for key, cell in zip(found, nb.cells, strict=True)]


def name(cell, key):
    """What a cell is called in a sentence to its reader."""
    if key and key[0] != "id":
        return " ".join(key)
    return f"the cell {(cell.source.strip().splitlines() or [''])[0][:40]!r}"


def written(nb, edition):
    """{index: key, None for a cell of the hand's own} of the cells of nb whose text is neither built nor the edition's."""
    texts = {text(cell) for cell in edition.cells}
    found = keys_among(nb, by_key(edition))
    return {k: key for k, (cell, key) in enumerate(zip(nb.cells, found, strict=True))
            if cell.source.strip() and not as_built(cell) and text(cell) not in texts}


def without(nb, edition, of_hand):
    """nb with answers and guesses as the edition has them, and without the cells of the hand's own (`written`)."""
    original, cells = by_key(edition), []
    for k, cell in enumerate(nb.cells):
        key = of_hand.get(k)
        if key and {"exercise", "predict"} & set(original[key].metadata.get("tags", [])):
            cells.append(nbformat.from_dict({**cell, "source": original[key].source}))
        elif key or k not in of_hand:
            cells.append(cell)
    return nbformat.from_dict({**nb, "cells": cells})


def merged(mine, base, new):
    """(the edition `new` with what a learner wrote into `mine`, made from the edition `base`; the names of what was kept).

    A cell that the learner changed stays, with its outputs; one that is as in base becomes the new edition's, or goes with
    it; a cell of the learner's own stays before the cell that follows it; a cell that the learner removed stays away.
    """
    in_base, in_new = by_key(base), by_key(new)
    known = {**in_new, **in_base}
    found = keys_among(mine, known)
    own = {key: cell for key, cell in zip(found, mine.cells, strict=True) if key}
    removed = in_base.keys() - own.keys()
    kept, before, waiting = [], {}, []
    for key, cell in zip(found, mine.cells, strict=True):
        if key in in_new:
            before[key], waiting = waiting, []
        elif key is None or text(cell) != text(known[key]):
            waiting.append(cell)
            kept += [name(cell, key)] if cell.source.strip() else []
    cells = []
    for key, cell in zip(keys(new), new.cells, strict=True):
        if key in own:
            if text(own[key]) not in (text(cell), text(known[key])):
                kept.append(name(own[key], key))
            cells += [*before[key], of_both(own[key], in_base.get(key), cell)]
        elif key not in removed:
            cells.append(copy.deepcopy(cell))
    return with_unique_ids(nbformat.from_dict({**new, "cells": cells + waiting})), kept


def of_both(own, base, new):
    """The cell to stand where both a learner's notebook and the new edition have one; base is None where it is unknown."""
    if base is not None and text(own) == text(base) != text(new):
        return copy.deepcopy(new)
    if text(own) != text(new):
        return nbformat.from_dict({**own, "id": new.id})
    same = copy.deepcopy(new)
    if own.get("outputs") and (base is None or own.outputs != base.outputs):
        same.outputs, same.execution_count = own.outputs, own.execution_count
    return same


def with_unique_ids(nb):
    """nb, in which each id that an earlier cell has gets a number."""
    seen = set()
    for cell in nb.cells:
        stem, number = cell.get("id") or digest(cell.source), 1
        cell.id = stem
        while cell.id in seen:
            number += 1
            cell.id = f"{stem[:50]}-{number}"
        seen.add(cell.id)
    return nb
