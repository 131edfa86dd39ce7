"""The page: one file without a request, a weight's paths light up, the step is walked through, and it fits a phone."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from tests.torchref.explained import nth
from torchref.case_file import CaseFile, named_case, named_case_file
from torchref.explain.derive import explain
from torchref.explain.drawing import draw
from torchref.explain.page import page
from torchref.random_cases import Limits


def deep():
    return nth(3, 4, Limits(4, 4, 1))


def test_the_page_is_one_file_that_asks_for_nothing():
    text = page(explain(named_case_file("document")))
    assert not re.search(r"\b(src|href)=\"(?!data:,)", text)
    assert "http" not in re.sub(r"http-equiv", "", text)
    assert "default-src 'none'" in text


def test_its_formulas_are_well_formed():
    text = page(explain(deep(), "deep"))
    formulas = re.findall(r"<math.*?</math>", text, re.DOTALL)
    assert len(formulas) > 100
    for formula in formulas:
        ElementTree.fromstring(formula.replace("&#x2061;", ""))


def test_what_a_file_says_is_escaped():
    evil = "</script><script>alert(1)</script>"
    text = page(explain(CaseFile(named_case("document"), evil, evil, evil)))
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_neither_boxes_nor_labels_stand_on_each_other():
    for name in ("document", "han-kamber", "integer"):
        derivation = explain(named_case_file(name))
        for is_lying in (True, False):
            drawing = draw(derivation, is_lying)
            boxes = [node for node in drawing.nodes if node.kind != "bias"]
            for place, one in enumerate(boxes):
                assert 0 <= one.x - one.width / 2 < one.x + one.width / 2 <= drawing.width
                assert 0 <= one.y - one.height / 2 < one.y + one.height / 2 <= drawing.height
                for other in boxes[:place]:
                    across, down = (one.width + other.width) / 2, (one.height + other.height) / 2
                    assert abs(one.x - other.x) >= across or abs(one.y - other.y) >= down
            labels = [wire.label for wire in drawing.wires if wire.value]
            for place, (x, y) in enumerate(labels):
                assert all(abs(x - a) >= 60 or abs(y - b) >= 18 for a, b in labels[:place])


@pytest.fixture
def at_width(browser):
    """Sets the width and height of the screen, in pixels."""

    def set_size(width, height=1000):
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    yield set_size
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.fixture
def opened(browser, tmp_path, at_width):
    """Opens the page of a case, and hands back a function that runs JavaScript in it."""

    def open_page(derivation, width=1400, **how):
        at_width(width)
        file = tmp_path / "page.html"
        file.write_text(page(derivation, **how), encoding="utf-8")
        browser.get(file.as_uri())
        return browser.execute_script

    return open_page


def click(browser, selector):
    """Clicks where the middle of an element is seen; a level line has no height, and Selenium refuses to click it."""
    from selenium.webdriver import ActionChains

    where = f"const r = document.querySelector('{selector}').getBoundingClientRect(); "
    x, y = browser.execute_script(where + "return [r.x + r.width / 2, r.y + r.height / 2]")
    actions = ActionChains(browser)
    actions.w3c_actions.pointer_action.move_to_location(int(x), int(y))
    actions.w3c_actions.pointer_action.click()
    actions.perform()


def names(js, selector):
    return sorted(set(js(f"return [...document.querySelectorAll('{selector}')].map(e => e.dataset.name)")))


@pytest.mark.browser
def test_a_chosen_weight_lights_its_paths_and_shows_its_chain(opened, browser):
    js = opened(explain(named_case_file("document")))
    click(browser, ".lying .wire[data-name=w1]")
    assert names(js, ".wire.weight.lit") == ["w1", "w5", "w7"]
    assert names(js, ".node.lit") == ["E_o1", "E_o2", "E_total", "h1", "o1", "o2"]
    head = js("return document.querySelector('.card .head').innerText")
    assert "0.000425236591" in head
    assert "0.0495747634" in head
    outputs = ["∂E_o1/∂out_o1", "∂E_o2/∂out_o2", "∂out_o1/∂l_o1", "∂E_o1/∂l_o1", "∂out_o2/∂l_o2", "∂E_o2/∂l_o2"]
    paths = ["∂l_o1/∂out_h1", "∂E_o1/∂out_h1", "∂l_o2/∂out_h1", "∂E_o2/∂out_h1", "∂E_total/∂out_h1"]
    assert names(js, ".card .chain .line") == sorted([*outputs, *paths, "∂out_h1/∂l_h1", "∂l_h1/∂w1"])
    click(browser, ".lying .wire[data-name=w1]")
    assert names(js, ".lit") == []


@pytest.mark.browser
def test_an_output_s_weight_has_one_path(opened):
    js = opened(explain(named_case_file("document")), chosen="w5")
    assert names(js, ".wire.weight.lit") == ["w5"]
    assert names(js, ".node.lit") == ["E_o1", "E_total", "o1"]


@pytest.mark.browser
def test_a_weight_is_chosen_by_the_keyboard(opened, browser):
    from selenium.webdriver.common.keys import Keys

    js = opened(explain(named_case_file("document")))
    js("document.querySelector('.lying .wire[data-name=w8]').focus()")
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    assert names(js, ".chip[aria-pressed=true]") == ["w8"]
    browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert names(js, ".chip[aria-pressed=true]") == []


@pytest.mark.browser
def test_the_step_is_walked_through_by_buttons_and_arrow_keys(opened, browser):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    js = opened(explain(named_case_file("document")))
    js("document.documentElement.style.setProperty('scroll-behavior', 'auto')")
    next_, body = browser.find_element(By.ID, "next"), browser.find_element(By.TAG_NAME, "body")
    next_.click()
    assert names(js, ".card .line") == ["l_h1", "out_h1"]
    hidden = "return [...document.querySelectorAll('.lying .number.unknown')].map(e => e.dataset.quantity)"
    assert "out_h1" not in js(hidden)
    assert {"l_h2", "out_o1", "E_total", "∂E_total/∂l_o1"} <= set(js(hidden))
    seen = []
    for _ in range(30):
        seen += names(js, ".card .line")
        body.send_keys(Keys.ARROW_RIGHT)
    quantities = explain(named_case_file("document")).quantities.values()
    assert set(seen) == {quantity.name for quantity in quantities if quantity.formula is not None}
    assert "w1+" in names(js, ".card .line")
    assert js(hidden) == []
    body.send_keys(Keys.ARROW_LEFT)
    assert "w1+" not in names(js, ".card .line")
    js("document.querySelector('.stage[data-stage=backward]').click()")
    assert "∂E_o1/∂out_o1" in names(js, ".card .line")


@pytest.mark.browser
def test_nothing_is_asked_of_a_network_and_nothing_goes_wrong(opened, browser):
    js = opened(explain(deep(), "deep"))
    js("document.querySelectorAll('.chip').forEach(chip => chip.click())")
    assert js("return performance.getEntriesByType('resource').length") == 0
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_phone_shows_it_all_without_scrolling_sideways(opened, language):
    for derivation in (explain(named_case_file("document")), explain(deep(), "deep")):
        js = opened(derivation, width=390, language=language, chosen="w1")
        js("document.getElementById('whole').open = true")
        assert js("return document.documentElement.scrollWidth") <= 390
        assert js("return getComputedStyle(document.querySelector('.frame.lying')).display") == "none"
        for step in range(12):
            js("document.getElementById('next').click()")
            assert js("return document.documentElement.scrollWidth") <= 390, step


@pytest.mark.browser
def test_the_language_is_changed_on_the_page(opened):
    js = opened(explain(named_case_file("document")), language="zh")
    assert js("return document.querySelector('h1').innerText") == "文档中的例子"
    js("document.getElementById('language').click()")
    assert js("return document.querySelector('h1').innerText") == "The document's example"
