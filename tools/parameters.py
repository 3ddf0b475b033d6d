"""Parameters from the command line, turned into values of the type that the lesson's parameters cell gives them."""
import ast
import contextlib

KINDS = {bool: "True or False", int: "a whole number", float: "a number", str: "a text"}


def typed(parameters, known):
    """Parameters with text from the command line turned into values of the type that the parameters cell has.

    known: what papermill.inspect_notebook says. Raises ValueError with the option's name for one that does not fit.
    """
    unknown = parameters.keys() - known.keys()
    if unknown:
        raise ValueError(f"no parameter {', '.join(sorted(unknown))}; it has {', '.join(sorted(known))}")
    return {name: typed_value(name, value, ast.literal_eval(known[name]["default"])) for name, value in parameters.items()}


def typed_value(name, value, default):
    """What `-p name value` means where the parameters cell has `name = default`. Raises ValueError."""
    said = value
    if isinstance(value, str) and not isinstance(default, str):
        with contextlib.suppress(ValueError, SyntaxError, TypeError):  # then it stays text
            value = ast.literal_eval(value)
    if type(default) is float and type(value) is int:
        value = float(value)
    if default is not None and type(value) is not type(default):
        kind = KINDS.get(type(default), f"a {type(default).__name__}")
        raise ValueError(f"-p {name} {said}: {name} must be {kind}, such as {default!r}")
    return value
