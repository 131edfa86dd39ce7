"""What all tests share: the CUDA and browser switches, reproducible property tests, and small cases."""

import shutil
from functools import partial

import hypothesis
import pytest

pytest_plugins = ["pytester"]

hypothesis.settings.register_profile("torchref", deadline=None, print_blob=True, max_examples=30)
hypothesis.settings.load_profile("torchref")


def pytest_addoption(parser):
    parser.addoption("--require-cuda", action="store_true", help="fail the CUDA tests where there is no CUDA device")


def pytest_collection_modifyitems(config, items):
    for item in items:
        if item.get_closest_marker("browser") and not (shutil.which("chromium") and shutil.which("chromedriver")):
            item.add_marker(pytest.mark.skip(reason="needs chromium and chromedriver (Debian: chromium-driver)"))


@pytest.fixture
def cuda(request):
    """The first CUDA device; without one the test skips, or fails under --require-cuda."""
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        return "cuda:0"
    if request.config.getoption("--require-cuda"):
        pytest.fail("--require-cuda: there is no CUDA device")
    pytest.skip("there is no CUDA device")


@pytest.fixture
def torchref(capsys, monkeypatch):
    """Runs the command line with arguments, as it is typed; a result with code, out and err."""
    from tests.torchref.command import run

    return partial(run, capsys, monkeypatch)


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium that reaches nothing but this machine."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in (
        "--headless=new",
        "--no-sandbox",  # root, as in a container, cannot use its sandbox; it sees our own pages alone
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--window-size=1500,1400",
    ):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    yield driver
    driver.quit()


@pytest.fixture
def browser(chromium):
    """Chromium with nothing in its log of what an earlier test made it do."""
    chromium.get("about:blank")
    chromium.get_log("browser")
    return chromium
