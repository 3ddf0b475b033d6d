"""Lessons 11d and 11e: the two app projects and their pixels, files with faults, and sizes that a file takes."""
import re
import shutil
import subprocess

import numpy as np
import pytest

import cells
import family
from chapters.ch11 import apps, checks_e, phone, training
from conftest import needs

FILES = re.compile(r"chapters/ch11/(workers/(?:android|ios)[\w./]+)")


@pytest.fixture(scope="module")
def functions():
    """`photographed` and `pixels`, as they stand in lesson 11d."""
    return cells.functions("11d", "photographed", "pixels", np=np)


@pytest.fixture(scope="module")
def buffers(functions):
    """The buffers of some test pictures."""
    return np.stack([functions["photographed"](picture[..., 0]) for picture in training.test_pictures()[0][:40]])


@pytest.mark.parametrize("name, shape", [("android", [1, 8, 8, 1]), ("ios", [1, 1, 8, 8])])
def test_each_app_opens_the_file_that_lies_in_its_place(tmp_path, name, shape):
    root = apps.project(name, tmp_path, b"model")
    believed = apps.believed(root)
    assert believed == {"file": believed["file"], "shape": shape, "type": "float32"}
    assert apps.FILE[name].endswith(f"/{believed['file']}") and (root / apps.FILE[name]).read_bytes() == b"model"
    assert apps.FILE[name] in apps.listed(root)


def test_a_source_that_does_not_say_what_it_believes_is_refused(tmp_path):
    root = apps.project("ios", tmp_path, b"model")
    caller = root / apps.CALLER["ios"]
    caller.write_text(caller.read_text(encoding="utf-8").replace("let shape = [1, 1, 8, 8]", ""), encoding="utf-8")
    with pytest.raises(ValueError, match="the shape 0 times"):
        apps.believed(root)


def test_the_files_that_the_lesson_links_to_exist():
    source = next((apps.PROJECTS.parent).glob("11d_*.py")).read_text(encoding="utf-8")
    linked = set(FILES.findall(source))
    assert len(linked) == 4
    assert [name for name in linked if not (apps.PROJECTS.parent / name).is_file()] == []


def test_the_build_files_name_what_the_sources_use():
    gradle = (apps.PROJECTS / "android/app/build.gradle.kts").read_text(encoding="utf-8")
    assert "com.google.ai.edge.litert:litert:" in gradle and 'noCompress += "tflite"' in gradle
    package = (apps.PROJECTS / "ios/Package.swift").read_text(encoding="utf-8")
    assert '.copy("digits.pte")' in package and "backend_xnnpack" in package


def test_both_apps_have_the_lessons_constants():
    """8 pixels, 4 bytes a pixel, 3 colors, 255 for white, in Java and in Swift."""
    java = (apps.PROJECTS / "android/app/src/main/java/org/example/digits/Pixels.java").read_text(encoding="utf-8")
    swift = (apps.PROJECTS / "ios/Sources/Digits/Pixels.swift").read_text(encoding="utf-8")
    assert re.findall(r"(?:SIDE|WHITE) = (\d+)", java) == re.findall(r"let (?:side|white) = (\d+)", swift) == ["8", "255"]
    for text in (java, swift):
        assert "row * stride + 4 * column" in text


def test_the_lessons_pixels_are_the_courses(functions, buffers):
    pictures = training.test_pictures()[0][:40, ..., 0]
    for buffer, picture in zip(buffers, pictures):
        assert np.abs(functions["pixels"](buffer, 64) - picture).max() <= 0.5 / 255 + 1e-6


def test_the_android_apps_own_code_makes_the_lessons_pixels(functions, buffers, tmp_path):
    """Pixels.java, compiled and run by the Java of this machine."""
    needs("javac")
    place = tmp_path / "org/example/digits"
    place.mkdir(parents=True)
    shutil.copy(apps.PROJECTS / "android/app/src/main/java/org/example/digits/Pixels.java", place)
    (place / "Ask.java").write_text("""package org.example.digits;
public class Ask {
    public static void main(String[] args) throws Exception {
        byte[] all = System.in.readAllBytes();
        for (int at = 0; at < all.length; at += 512)
            for (float ink : Pixels.ink(java.util.Arrays.copyOfRange(all, at, at + 512), 64)) System.out.println(ink);
    }
}
""", encoding="utf-8")
    subprocess.run(["javac", "-d", tmp_path, *place.glob("*.java")], check=True, timeout=family.LONG)
    said = subprocess.run(["java", "-cp", tmp_path, "org.example.digits.Ask"], input=buffers.tobytes(), capture_output=True,
                          check=True, timeout=family.LONG).stdout
    found = np.array(said.split(), dtype="float32").reshape(-1, 8, 8)
    expected = np.stack([functions["pixels"](buffer, 64) for buffer in buffers])
    assert np.abs(found - expected).max() < 1e-6


def test_each_mistake_but_one_changes_the_pixels(buffers):
    found = phone.mistakes(buffers)
    same = {name for name, ink in found.items() if np.abs(ink - found["none"]).max() < 1e-9}
    assert same == {"none", "RGB read as BGR"}, "a gray picture cannot tell red from blue"
    pictures = training.test_pictures()[0][:40, ..., 0]
    assert np.abs(found["none"] - pictures).max() <= 0.5 / 255 + 1e-6


def test_sizes_are_taken_only_where_each_picture_gets_its_own_scores():
    found = [checks_e.taken(*given) for given in checks_e.files()]
    assert found == [[1, 2, 5, 3, 4], [1, 2, 3, 4], [1], [1], [1, 2], [1, 3], [1]]


def test_who_notices_a_fault_in_an_onnx_file(tmp_path):
    import onnx
    from onnx import TensorProto, helper

    from chapters.ch11 import promises
    tensors = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 10]) for name in "xy"]
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", tensors[:1], tensors[1:])
    path = tmp_path / "relu.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), path)
    noticed = promises.notices(path, (1, 10))
    assert noticed["IR version 99"] == [True, True, True]
    assert noticed["opset 99"] == [False, False, True]
    assert noticed["7 scores declared"][:2] == [False, True]
