"""Parameters from the command line: each becomes a value of the type that the lesson gives it, or is refused by name."""
import pytest

import parameters


@pytest.mark.parametrize("text, default, value", [
    ("3", 0, 3), ("False", True, False), ("0.5", 1.0, 0.5), ("2", 1.0, 2.0), ("cpu", "auto", "cpu"), ("3", "auto", "3"),
    ("None", "auto", "None"), ("[1, 2]", [0], [1, 2]), ("x", None, "x"), ("5", None, 5), (7, 0, 7), (False, True, False)])
def test_a_value_of_the_right_type(text, default, value):
    found = parameters.typed_value("name", text, default)
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize("text, default, said", [
    ("abc", 0, "-p name abc: name must be a whole number, such as 0"), ("3.0", 0, "a whole number"),
    ("True", 0, "a whole number"), ("1", True, "-p name 1: name must be True or False, such as True"),
    ("false", True, "True or False"), ("much", 1.0, "a number"), ("(1", 0, "a whole number"),
    ("{[]: 1}", 0, "a whole number"), ("3", [0], "a list"), ("", 0, "a whole number")])
def test_a_value_of_another_type_is_refused_by_name(text, default, said):
    with pytest.raises(ValueError) as refused:
        parameters.typed_value("name", text, default)
    assert said in str(refused.value)


def test_a_parameter_that_is_not_there_is_refused():
    known = {"seed": {"name": "seed", "default": "0"}, "device": {"name": "device", "default": '"auto"'}}
    assert parameters.typed({"seed": "3", "device": "gpu"}, known) == {"seed": 3, "device": "gpu"}
    with pytest.raises(ValueError, match="no parameter speed, warp; it has device, seed"):
        parameters.typed({"warp": "9", "speed": "1"}, known)
