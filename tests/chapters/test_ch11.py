"""Chapter 11: its page in a real browser, fed with strokes and with scans; the preprocessing in both languages; the claims.

The browser tests need chromium, playwright and ONNX Runtime's files for browsers (conftest.needs).
"""

import re
import sys
import urllib.error
import urllib.parse
import urllib.request

import nbformat
import numpy as np
import psutil
import pytest

import cells
import family
import pipeline
from chapters.ch11 import checks, edge, training
from conftest import needs
from helpers import build_dir, data, process, web
from helpers.machine import fetched

PAGE = pipeline.sources(["11c"])[0]


@pytest.fixture(scope="module")
def functions():
    """`scan` and what it calls, as they stand in lesson 11c."""
    return cells.functions("11c", "stretched", "upright", "near", "pen", "blocks", "scan", np=np)


def test_a_drawing_fills_the_box_of_the_scans(functions):
    scans = data.digits()
    rows = (scans.x_train > 0).any(axis=(0, 2))
    assert rows.all(), "the scans fill the full height"
    for label, strokes in edge.drawings():
        picture, black = functions["scan"](strokes)
        assert black.any(axis=1)[1:-1].all(), f"a drawn {label} fills the height"
        assert 0.23 < picture.mean() < 0.36, f"a drawn {label} has about as much ink as a scan"
        moved = [[(x / 2 + 90, y / 2 + 30) for x, y in stroke] for stroke in strokes]
        assert np.abs(functions["scan"](moved)[0] - picture).max() <= 2 / 16, "place and size of a drawing do not matter"


@pytest.mark.parametrize("strokes", [[[(5, 5)]], [[(5, 5), (90, 5)]], [[(5, 5), (5, 6)]], [[(0, 0), (0, 0)]]])
def test_degenerate_drawings_give_a_picture(functions, strokes):
    picture, _ = functions["scan"](strokes)
    assert picture.shape == (8, 8) and np.isfinite(picture).all() and 0 <= picture.min() <= picture.max() <= 1


def test_the_server_is_on_loopback_and_lists_nothing(tmp_path):
    (tmp_path / "index.html").write_text("<p>here</p>", encoding="utf-8")
    (tmp_path / "a.wasm").write_bytes(b"\0asm")
    with edge.serve(tmp_path) as server:
        with web.open_url(f"{server.url}/a.wasm", timeout=30) as answer:
            assert answer.headers["Content-Type"] == "application/wasm"
            assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        (tmp_path / "sub").mkdir()
        assert [web.status(f"{server.url}/{path}") for path in ("sub/", "../", "nothing")] == [404, 200, 404]
        strange = urllib.request.Request(f"{server.url}/a.wasm", headers={"Host": f"evil.example:{server.port}"})
        with pytest.raises(urllib.error.HTTPError, match="404"):  # a page whose name was made to lead here says that name
            web.open_url(strange, timeout=30)
        assert {address.ip for address in family.listening(family.of(server.pid))} == {"127.0.0.1"}
    assert family.has_ended(server.pid)


def test_two_users_of_one_machine_do_not_reach_each_others_page(tmp_path):
    """All accounts share the loopback: one can find another's port, and must not get past it without the address."""
    (tmp_path / "index.html").write_text("<p>here</p>", encoding="utf-8")
    with edge.serve(tmp_path) as ada, edge.serve(tmp_path) as grace:
        secrets = [urllib.parse.urlsplit(server.url).path for server in (ada, grace)]
        assert all(re.fullmatch("/[0-9a-f]{32}", secret) for secret in secrets) and len(set(secrets)) == 2
        assert web.status(f"{ada.url}/") == web.status(f"{ada.url}/index.html") == 200
        port = f"http://127.0.0.1:{ada.port}"
        for path in ("", "/", "/index.html", f"{secrets[1]}/index.html", f"{secrets[0]}x/../index.html", secrets[0][:-1]):
            assert web.status(port + path) == 404, path
        said = family.command_lines([*family.of(ada.pid), *psutil.Process(ada.pid).parents()])
        assert not any(secret in said for secret in secrets), "every account can read command lines"


def test_without_the_browsers_files_the_error_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(fetched, "home", lambda: tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match="tools/fetch.py"):
        edge.write_page(tmp_path / "page", {}, [], [])


@pytest.fixture(scope="module")
def chapter(tmp_path_factory, begun):
    """Lesson 11c, executed once: the folder of its page."""
    needs("onnxruntime-web")
    folder = tmp_path_factory.mktemp("chapter-11")
    kernel, variable = begun
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIDE_BY_SIDE_BUILD", str(folder))
        patch.setenv(*variable)
        pipeline.run(PAGE, {}, kernel)
        page = build_dir() / "chapter-11c" / "page"
    return page


@pytest.fixture
def open_page(chapter, browser):
    """The chapter's page, loaded, on loopback; what it asked of anyone else is in `page.asked_outside`."""
    with edge.serve(chapter) as server:
        page = browser.new_page(viewport={"width": 760, "height": 700})
        page.asked_outside, page.problems = [], []
        page.on("request", lambda request: page.asked_outside.extend(
            [request.url] * (not request.url.startswith((server.url, "data:")))))
        page.on("pageerror", lambda problem: page.problems.append(str(problem)))
        page.on("console", lambda message: page.problems.extend([message.text] * (message.type == "error")))
        page.goto(f"{server.url}/index.html")
        page.locator("body[data-checked]").wait_for(timeout=180_000)
        yield page
        page.close()


def draw(page, strokes):
    """Draw strokes with the mouse; the answer's text."""
    page.keyboard.press("Escape")
    page.wait_for_function("document.querySelector('#answer').textContent === 'Draw a digit.'")
    box = page.locator("#paper").bounding_box()
    for stroke in strokes:
        page.mouse.move(box["x"] + 2 + stroke[0][0], box["y"] + 2 + stroke[0][1])  # 2: the canvas's border
        page.mouse.down()
        for x, y in stroke[1:]:
            page.mouse.move(box["x"] + 2 + x, box["y"] + 2 + y, steps=3)
        page.mouse.up()
    page.wait_for_function("""async () => {  // until the page has answered for the last stroke, too
        const scores = await logits(document.querySelector("#model").value, picture);
        return document.querySelector("#answer").textContent.startsWith(`This is a ${largest([...scores])} `);
    }""", timeout=180_000)
    return page.locator("#answer").inner_text()


@pytest.mark.browser
@pytest.mark.slow
def test_drawn_strokes_are_read(open_page):
    said = [(label, draw(open_page, strokes)) for label, strokes in edge.drawings()]
    wrong = [f"{label}: {text}" for label, text in said if f"This is a {label} " not in text]
    assert len(said) == 20 and len(wrong) <= 3, wrong
    assert open_page.locator("#bars li").count() == 10
    open_page.get_by_role("button", name="Clear").click()
    assert open_page.locator("#answer").inner_text() == "Draw a digit."
    assert open_page.asked_outside == [] and open_page.problems == []


@pytest.mark.browser
@pytest.mark.slow
def test_scans_get_pythons_answers_and_logits(open_page, chapter):
    """Both models on 40 test scans of which the page has never heard, against ONNX Runtime in Python."""
    import onnxruntime
    digits = data.digits()
    for name, file, shape in (("PyTorch", "from-torch.onnx", (1, 1, 8, 8)), ("TensorFlow", "from-keras.onnx", (1, 8, 8, 1))):
        model = onnxruntime.InferenceSession(chapter / file)
        for picture in digits.x_test[100:140]:
            expected = model.run(None, {model.get_inputs()[0].name: picture.reshape(shape)})[0][0]
            call = f"logits({name!r}, {picture.ravel().tolist()}).then(scores => [...scores])"
            found = np.array(open_page.evaluate(call))
            assert found.argmax() == expected.argmax() and np.abs(found - expected).max() < 1e-4
    report = open_page.locator("#check").inner_text()
    assert report.count("30 of 30 scans get Python's answer") == 2, report
    assert "20 of 20 drawings become the same 8×8 picture" in report
    heard = open_page.locator("body").get_attribute("data-webgpu")
    assert heard.startswith("this browser") and f"WebGPU: NOT MEASURED ({heard})" in report


@pytest.mark.browser
@pytest.mark.slow
def test_javascript_makes_pythons_pictures_of_random_scribbles(open_page, functions):
    rng = np.random.default_rng(0)
    for _ in range(20):
        strokes = [[tuple(map(float, point)) for point in rng.uniform(0, 280, size=(rng.integers(1, 7), 2)).round(1)]
                   for _ in range(rng.integers(1, 4))]
        found = np.array(open_page.evaluate(f"[...scan({[[list(point) for point in stroke] for stroke in strokes]})]"))
        assert (found == functions["scan"](strokes)[0].ravel()).all(), strokes


@pytest.mark.browser
@pytest.mark.slow
def test_the_page_works_without_a_mouse(open_page):
    for _ in range(2):
        open_page.get_by_role("button", name="Read a scan").focus()
        open_page.keyboard.press("Enter")
    open_page.get_by_text("A scan that a person labeled 1.").wait_for(timeout=180_000)
    open_page.get_by_label("Model from").select_option("TensorFlow")
    open_page.wait_for_function("document.querySelector('#answer').textContent.startsWith('This is')", timeout=180_000)
    assert open_page.locator("#answer").get_attribute("aria-live") == "polite"


def test_the_server_is_gone_after_an_interrupt(tmp_path):
    (tmp_path / "index.html").write_text("<p>here</p>", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt), edge.serve(tmp_path) as server:
        raise KeyboardInterrupt
    assert family.has_ended(server.pid)


def test_the_integer_layer_of_exercise_11_3_is_clipped_in_each_trial():
    for trial in range(3):
        arrays = checks.layers(np.random.default_rng(trial))
        outputs = checks.dense(*arrays)
        assert {-128, 127} & set(outputs.ravel().tolist())
        assert len(set(outputs.ravel().tolist())) > 10, "most are not"


def test_what_a_runtime_has_said_is_shown_when_it_fails(capsys):
    with edge.quiet():
        print("all is well", file=sys.stderr)
    with pytest.raises(ZeroDivisionError), edge.quiet():
        print("the processor is unknown", file=sys.stderr)
        raise ZeroDivisionError
    said = capsys.readouterr().err
    assert "the processor is unknown" in said and "all is well" not in said


def test_the_layouts_hold_the_same_network():
    """A dense layer's rows change places with the pictures' axes: one number of each array is followed."""
    arrays = [np.arange(np.prod(shape), dtype="float64").reshape(shape) for shape in training.SHAPES]
    moved = training.for_torch(arrays)
    assert moved["2.weight"][5, 3, 2, 1] == arrays[2][2, 1, 3, 5]
    height, width, channel, digit = 1, 3, 7, 4
    row = height * 64 + width * 16 + channel  # Keras counts the channels last
    assert moved["6.weight"][digit, channel * 16 + height * 4 + width] == arrays[4][row, digit]


@pytest.mark.parametrize("source", pipeline.sources(["11"]), ids=pipeline.lesson)
def test_every_verdict_is_the_expected_one(source):
    """What the recorded run found is what the table of claims expects."""
    solved = nbformat.read(pipeline.targets(source)[1], 4)
    outputs = [output for cell in solved.cells for output in cell.get("outputs", [])]
    text = "\n".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs)
    assert "[expected" not in text
    assert process.worker("ch11/edge_page").is_file()
