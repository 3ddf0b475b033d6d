"""Chapter 09 in a real browser, with nothing but loopback: TensorBoard's page, and Visdom's, which steers a training."""
import threading

import psutil
import pytest

import cells
import pipeline
from chapters.ch09 import boards
from chapters.ch09.workers import visdom_server
from conftest import needs
from helpers import web

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SECONDS = 90  # the page may be slow on a loaded machine


@pytest.fixture(scope="module")
def tensorboard():
    """One server over what lesson 9a's cells write."""
    written = cells.run("09a", "batches", "hidden_torch", "hidden_tf", "losses_torch", "losses_tf", "nodes_torch",
                        "nodes_tf", "digit", "others_torch", "others_tf")
    with boards.tensorboard(written["logs"]) as server:
        yield server


@pytest.fixture(scope="module")
def visdom(tmp_path_factory):
    """One server for all tests that do not end it; each draws into an environment of its own. It needs npm's files."""
    needs("visdom", *{package for package, _ in visdom_server.FILES.values()})
    with boards.visdom(tmp_path_factory.mktemp("windows")) as server:
        yield server


def wait_for(happened):
    assert web.wait_until(happened, SECONDS)


def tab(page, server, name, query=""):
    page.goto("about:blank")
    page.goto(f"{server.url}/{query}#{name}")


def test_tensorboards_page_shows_both_frameworks_curves(tensorboard, page, tmp_path):
    tab(page, tensorboard, "timeseries", "?forceSVG=true&tagFilter=loss")  # else lines are pixels of a WebGL canvas
    curves = page.locator("scalar-card line-chart path[style*=stroke]")
    wait_for(lambda: len(set(curves.evaluate_all("lines => lines.filter(line => line.getAttribute('d').length > 100)"
                                                 ".map(line => line.style.stroke)"))) == 2)
    assert set(page.locator("runs-data-table").inner_text().split()) >= {"torch", "tf"}
    page.screenshot(path=tmp_path / "scalars.png")
    assert page.asked_outside == []


def test_tensorboards_page_shows_histograms_images_text_and_sound(tensorboard, page, tmp_path):
    tab(page, tensorboard, "histograms")
    histograms = page.locator("vz-histogram-timeseries")
    wait_for(lambda: histograms.count() == 4 and all(one.locator("path").count() > 10 for one in histograms.all()))
    page.screenshot(path=tmp_path / "histograms.png")
    tab(page, tensorboard, "images")
    images = page.locator("tf-image-loader img")
    wait_for(lambda: images.evaluate_all("all => all.filter(image => image.naturalWidth == 8).length") >= 2)
    tab(page, tensorboard, "text")
    wait_for(lambda: page.locator("tf-text-loader strong").all_inner_texts() == ["SGD", "SGD"])
    tab(page, tensorboard, "audio")
    sounds = page.locator("tf-audio-loader audio")
    wait_for(lambda: sounds.evaluate_all("all => all.map(sound => sound.duration)") == [1, 1])  # seconds
    page.screenshot(path=tmp_path / "audio.png")
    assert page.asked_outside == []


def test_tensorboards_page_shows_each_graph(tensorboard, page, tmp_path):
    tab(page, tensorboard, "graphs")
    nodes = page.locator("g.node")
    for run, layers in (("torch", "Sequential"), ("tf", "sequential")):
        page.locator("tf-graph-controls .run-dropdown").first.click(timeout=SECONDS * 1000)
        page.locator("tf-graph-controls paper-item").get_by_text(run, exact=True).click(timeout=SECONDS * 1000)
        wait_for(lambda layers=layers: any((name or "").startswith(layers) for name in
                                           nodes.evaluate_all("all => all.map(node => node.dataset.name)")))
        page.screenshot(path=tmp_path / f"graph-{run}.png")
    assert page.asked_outside == []


def test_visdoms_page_asks_for_nothing_outside_and_nothing_is_missing(visdom, page):
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("response", lambda answer: wrong.append(answer.url) if answer.status >= 400 else None)
    page.goto(f"{visdom.url}/")
    page.get_by_text("online", exact=True).wait_for(timeout=SECONDS * 1000)
    assert boards.visdom_page(visdom).endswith("0 from elsewhere")
    assert (page.asked_outside, wrong) == ([], [])


@pytest.fixture
def live(visdom, page):
    """Lesson 9b's own cells, PyTorch's training and then TensorFlow's, running, their page open: the names of the lesson.

    Each step waits 50 ms, so that someone can act, and there are many.
    """
    names = cells.run("09b", "batches", "training_torch", "training_tf")
    book, end = cells.read("09b", pipeline.learner), threading.Event()
    names["batches"] *= 100

    def visit(step):
        if end.wait(0.05):
            names["control"]["stop"] = True

    def run(*wanted):
        for name in wanted:
            source = book[cells.find(book, name)].source
            cells.execute(source, source, f"<lesson 09b, {name}>", names)

    with boards.client(visdom, "run") as client:
        names.update(page=client, visit=visit)
        run("on_event")
        training = names["training"] = threading.Thread(target=run, args=("rates_torch", "rates_tf"))
        training.start()
        try:
            page.goto(f"{visdom.url}/env/run")
            yield names
        finally:
            end.set()
            training.join(SECONDS)
    assert not training.is_alive()


def drawn(curves):
    """What each line of a plot draws, while the page may be drawing it anew."""
    return curves.evaluate_all("lines => lines.map(line => line.getAttribute('d') || '')")


def colors(curves):
    """The colors of the lines, in order."""
    return curves.evaluate_all("lines => lines.map(line => line.style.stroke)")


def test_a_property_edited_and_a_button_clicked_in_visdoms_page_steer_each_training(live, page, tmp_path):
    curves = page.locator(".scatterlayer .js-line")
    wait_for(lambda: [len(one) > 100 for one in drawn(curves)] == [True])
    first = drawn(curves)
    wait_for(lambda: drawn(curves) != first)  # by itself
    field, button = page.locator(".content-properties input"), page.locator(".content-properties button")
    field.fill("0.03125")
    field.press("Enter")
    wait_for(lambda: 0.03125 in live["rates_torch"])
    button.click()
    wait_for(lambda: live.get("rates_tf"))  # the next training has begun
    wait_for(lambda: len(drawn(curves)) == 2)
    assert set(page.locator(".legendtext").all_text_contents()) == {"PyTorch", "TensorFlow"}
    assert colors(curves) == ["rgb(213, 94, 0)", "rgb(0, 114, 178)"]
    page.screenshot(path=tmp_path / "visdom.png")
    button.click()
    wait_for(lambda: not live["training"].is_alive())
    assert (live["heard_torch"], live["heard_tf"], page.asked_outside) == ([0, 1], [1], [])


def test_keys_pressed_in_visdoms_page_reach_the_solution_of_exercise_4(visdom, page):
    answer, control = cells.solution("09b", "9.4"), {"rate": 0.25, "stop": False}
    with boards.client(visdom, "keys") as client:
        client.text("click here, then press keys", win="keys")
        client.register_event_handler(lambda event: answer(event, control), "keys")
        page.goto(f"{visdom.url}/env/keys")
        page.locator(".content-text").click(timeout=SECONDS * 1000)
        page.keyboard.press("ArrowDown")
        wait_for(lambda: control["rate"] == 0.125)
        page.keyboard.press("x")
        page.keyboard.press("s")
        wait_for(lambda: control["stop"])
    assert control == {"rate": 0.125, "stop": True}


def test_nothing_is_left_of_visdom_after_an_interrupt_while_its_page_is_open(visdom, page, tmp_path):
    with pytest.raises(KeyboardInterrupt), boards.visdom(tmp_path) as server, boards.client(server, "run"):
        page.goto(server.url)
        page.get_by_text("online", exact=True).wait_for(timeout=SECONDS * 1000)
        raise KeyboardInterrupt
    assert web.status(server.url) is None and not psutil.pid_exists(server.pid)
    page.get_by_text("offline", exact=True).wait_for(timeout=SECONDS * 1000)


def test_a_page_of_either_server_can_be_embedded(visdom, tensorboard, page, shown):
    for server, word in ((visdom, "online"), (tensorboard, "TensorBoard")):
        web.look(server, 0.01)
        page.goto(f"{visdom.url}/user/style.css")  # a page of this machine, as Jupyter's is
        page.set_content(shown[-1][0])
        page.frame_locator("iframe").get_by_text(word, exact=True).first.wait_for(timeout=SECONDS * 1000)
    assert page.asked_outside == []
