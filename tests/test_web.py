"""helpers.web: where the browser of a learner finds a page of a server, here and on a hub."""
import importlib.util

import pytest

from helpers import web

HUB = "JUPYTERHUB_SERVICE_PREFIX"


class Server:
    """As `process.server` gives it: nothing listens."""
    url, port = "http://127.0.0.1:6006", 6006


@pytest.fixture
def on_a_hub(monkeypatch):
    """A function: from now on this is a notebook of a JupyterHub, with jupyter-server-proxy or without it."""
    def install(proxy):
        monkeypatch.setenv(HUB, "/user/ada/")
        find = importlib.util.find_spec
        monkeypatch.setattr(importlib.util, "find_spec",
                            lambda name: proxy if name == "jupyter_server_proxy" else find(name))
    return install


def test_on_ones_own_machine_a_page_is_at_the_servers_address(monkeypatch, shown):
    monkeypatch.delenv(HUB, raising=False)
    with web.embedded(Server, 0.01, "env/run"):
        markup, plain = shown[0]
    assert 'src="http://127.0.0.1:6006/env/run"' in markup and plain == "http://127.0.0.1:6006/env/run"
    assert "forward the port 6006" in markup


def test_on_a_hub_a_page_goes_through_its_proxy(on_a_hub, shown):
    on_a_hub(proxy=True)
    with web.embedded(Server, 0.01):
        assert 'src="/user/ada/proxy/6006/"' in shown[0][0] and "127.0.0.1" not in shown[0][0]


def test_on_a_hub_without_the_proxy_a_sentence_says_what_to_do(on_a_hub, shown, capsys):
    on_a_hub(proxy=None)
    with web.embedded(Server, 0.01):
        assert shown == [] and "python -m pip install jupyter-server-proxy" in capsys.readouterr().out


def test_with_no_time_to_look_a_sentence_says_how(shown, capsys):
    with web.embedded(Server, 0):
        assert shown == [] and "set linger = 600" in capsys.readouterr().out


def test_an_interrupt_ends_the_block_that_shows_a_page_and_nothing_more(shown):
    with web.embedded(Server, 60):
        raise KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt), web.embedded(Server, 0):
        raise KeyboardInterrupt


def test_what_an_address_holds_cannot_leave_its_frame(monkeypatch, shown):
    monkeypatch.delenv(HUB, raising=False)
    with web.embedded(Server, 0.01, '"><script>'):
        assert "<script" not in shown[0][0] and shown[0][0].count("<iframe") == 1
