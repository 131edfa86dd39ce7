"""Pages: what they say, that student text stays text, and how they behave in a browser."""

import re
from html.parser import HTMLParser

import pytest

from tests.grade.synthetic import (
    EVIL,
    OPEN_RECORD,
    OUTLINE,
    UNUSABLE_RECORD,
    evil_records,
    evil_roster,
    record_of,
    records,
    roster,
    waiting_record,
)
from torchref.grade.pages import page_name, student_html, student_markdown, write_class_page, write_pages
from torchref.grade.pages.histogram import histogram
from torchref.grade.pages.markdown import literal
from torchref.grade.pages.readings import grouped, sentence
from torchref.grade.pages.summary import Summary
from torchref.grade.record import MARKED, Hint, Outline, Record, TaskMark, Text
from torchref.mistakes import MISTAKES

TAGS = {
    *("html", "head", "meta", "link", "title", "style", "body", "script"),
    *("main", "header", "footer", "section", "div", "span", "p", "h1", "h2", "h3", "small", "b", "i", "ul", "li"),
    *("code", "pre", "details", "summary", "table", "thead", "tbody", "tr", "th", "td", "a", "input"),
    *("svg", "rect", "text", "line", "path"),
}


class Elements(HTMLParser):
    """The elements of a page; every one must be of a kind that the templates have, and none may do anything."""

    def __init__(self, page):
        super().__init__()
        self.scripts = 0
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        assert tag in TAGS, tag
        self.scripts += tag == "script"
        for name, value in attributes:
            assert not name.startswith("on"), name
            assert name != "src"
            assert name != "href" or value == "data:," or value.startswith("students/"), value


def class_page(tmp_path, given, **arguments):
    write_class_page(OUTLINE, given, tmp_path / "class.html", **arguments)
    return (tmp_path / "class.html").read_text(encoding="utf-8")


def some_record():
    return next(r for r in records(50) if r.is_complete and any(task.hints for task in r.tasks))


def test_the_student_page_says_mark_verdicts_hints_and_steps():
    record = record_of("ada", 2.0, 0.75, *[0.0] * 4)
    page = student_html(OUTLINE, record, name="Ada King")
    assert "Ada King" in page
    assert re.search(r"2\.75\s*<small>/ 10</small>", page)
    assert re.search(r"partly right</span>\s*0\.75 / 1\.5", page)
    record = some_record()
    page = student_html(OUTLINE, record)
    assert "≈ right, given what it received" in page
    assert "A step that is right given wrong values" in " ".join(page.split())


@pytest.mark.parametrize("render", [student_html, student_markdown])
def test_expected_numbers_are_there_only_if_asked(render):
    assert "0.0821670406" not in render(OUTLINE, some_record())
    assert "0.0821670406" in render(OUTLINE, some_record(), with_numbers=True)


@pytest.mark.parametrize("render", [student_html, student_markdown])
def test_an_open_mark_is_explained_and_is_no_zero(render):
    for record in (OPEN_RECORD, Record("x", "not judged")):
        page = render(OUTLINE, record)
        assert "no fault of yours" in page
        assert "–" in page
        assert not re.search(r"(?<![\d.])0\s*(<small>)?/ 10", page)
        assert "不是你的问题" in render(OUTLINE, record, "zh")
    assert re.search(r"(?<![\d.])0\s*(<small>)?/ 10", render(OUTLINE, UNUSABLE_RECORD))
    assert "solution" in render(OUTLINE, UNUSABLE_RECORD)


def test_pages_speak_one_language(tmp_path):
    given = list(records(80))
    pages = [student_html(OUTLINE, record, "zh") for record in given]
    pages.append(class_page(tmp_path, given, roster=roster(90), language="zh"))
    for page in pages:
        assert '<html lang="zh">' in page
        assert not re.search(r"partly right|not judged|Step by step|Mistakes", page)
    english = class_page(tmp_path, given)
    assert '<html lang="en">' in english
    assert not re.search("[一-鿿]", english.split("</style>")[1])


def test_student_text_stays_text_in_html(tmp_path):
    for record in evil_records():
        elements = Elements(student_html(OUTLINE, record, name=record.student, with_numbers=True))
        assert elements.scripts == 0
    page = class_page(tmp_path, evil_records(), roster=evil_roster())
    assert Elements(page).scripts == 1
    assert not re.search(r"url\(|@import", page)
    assert "&lt;script&gt;window.owned = 1&lt;/script&gt;" in page
    assert not set(page) & set("\x00\x07\x1b\r\ud800\u202e\ufffe")


@pytest.mark.parametrize("page", ["<p onclick=x>", "<img>", "<iframe>", "<p src=x>", '<a href="javascript:x">y</a>'])
def test_html_that_does_something_is_seen(page):
    with pytest.raises(AssertionError):
        Elements(page)


@pytest.mark.parametrize("text", [text for text in EVIL if text.strip()])
def test_student_text_stays_text_in_markdown(text):
    shown = literal(text)
    assert not re.search(r"(?<!\\)[<>\[\]`*_|~&!$]", shown)
    assert not re.search(r"://|www\.|@(?!\N{WORD JOINER})", shown.replace("\\://", "").replace("www\\.", ""))
    assert not re.match(r"[-+=#]|\d+[.)]", shown)


def outside_fences(page):
    """The lines of a Markdown page that are in no block of code."""
    fence = ""
    for line in page.splitlines():
        mark = re.match(r"`{3,}", line)
        if fence:
            fence = "" if line == fence else fence
        elif mark:
            fence = mark[0]
        else:
            yield line
    assert not fence


def test_a_fence_is_longer_than_any_in_it():
    for record in evil_records():
        lines = list(outside_fences(student_markdown(OUTLINE, record)))
        assert not [line for line in lines if re.search(r"(?<!\\)<", line)]
        assert lines[-1].startswith("## ") or lines[-1] in ("right", "")
    assert [line for line in outside_fences("```\n<b>\n```\n<script>") if "<" in line] == ["<script>"]


def test_markdown_has_a_table_of_steps():
    page = student_markdown(OUTLINE, some_record(), name="Ada")
    assert page.startswith("# Homework 1: backpropagation by hand\n\n**Ada** · **")
    assert "|---|---|---|" in page
    assert "| ≈ | right, given what it received |" in page


def test_the_class_page_adds_up(tmp_path):
    given = list(records(300))
    page = class_page(tmp_path, given, roster=roster(303))
    summary = Summary(OUTLINE)
    for record in given:
        summary.add(record)
    assert sum(summary.statuses.values()) == 300
    assert summary.statuses["not judged"] == sum(not record.is_complete for record in given)
    assert len(summary.marks) == sum(record.is_complete for record in given)
    assert sum(bar.count for bar in histogram(summary.marks, OUTLINE.points).bars) == len(summary.marks)
    assert "<b>300</b>submissions" in page
    assert "<b>3</b>no submission" in page
    assert page.count("<tr><td>") >= 303


def test_what_nobody_solves_is_flagged(tmp_path):
    given = [record_of(f"s{place}", 2.0, *[0.0] * 5) for place in range(12)]
    given[0] = record_of("s0", 2.0, 1.5, *[0.0] * 4)
    summary = Summary(OUTLINE)
    for record in given:
        summary.add(record)
    flags = [task.flag for task in summary.tasks.values()]
    assert flags == ["", "few", "nobody", "nobody", "nobody", "nobody"]
    assert class_page(tmp_path, given).count("nobody has it right") == 4
    assert summary.tasks["sigmoid"].mean == 0.125
    opened = Summary(OUTLINE)
    opened.add(Record("x", MARKED, OPEN_RECORD.tasks))
    assert [task.flag for task in opened.tasks.values()][-1] == ""
    assert opened.tasks["momentum"].mean is None
    opened.add(waiting_record())
    assert opened.tasks["sigmoid"].mean == 0.75  # waiting is an earned zero


def test_mistakes_count_students_not_hints():
    text = Text("dW1: half", "dW1：一半")
    hints = tuple(Hint(text, name, "dW1") for name in ("slope-omitted", "slope-omitted", "× 1/N = 1/5", ""))
    tasks = tuple(TaskMark(name, 0.0, 1.0, "wrong", hints=hints) for name in ("loss", "weights"))
    summary = Summary(OUTLINE)
    for student in ("a", "b"):
        summary.add(Record(student, MARKED, tasks))
    counted = {mistake.name: (mistake.students, dict(mistake.tasks)) for mistake in summary.mistakes}
    assert counted == {name: (2, {"loss": 2, "weights": 2}) for name in ("slope-omitted", "× 1/N")}
    assert summary.unexplained == 2


def test_a_mistake_is_said_in_the_catalogue_s_words():
    other = Text("other", "别的")
    for name in MISTAKES:
        said = sentence(name, other)
        assert said != other
        assert "{" not in said.english + said.chinese
    first, second = list(MISTAKES)[:2]
    joined = sentence(f"{first} + × ½ / {second}", other).english
    assert re.search("; and it is ½ times the answer; or ", joined)
    assert sentence("numerical-derivative", other) == other
    assert grouped("× 1/N = 1/5 / slope-omitted") == "× 1/N / slope-omitted"


def test_a_full_mark_is_in_the_last_bar_and_a_border_in_the_bar_above():
    bars = histogram([0.0, 0.1 + 0.2, 3.0, 10.0, 11.0, -1.0], 10.0).bars
    assert [bar.count for bar in bars] == [3, 0, 0, 1, 0, 0, 0, 0, 0, 2]
    assert histogram([0.3], 3.0).bars[1].count == 1  # 0.3 / 3 · 10 is 0.9999…
    assert histogram([0.0], 0.0).bars[0].count == 1


def test_a_class_without_marks_has_a_page(tmp_path):
    assert "There are no marks yet." in class_page(tmp_path, [])
    assert "There are no marks yet." in class_page(tmp_path, [Record("x", "not judged")])
    empty = Outline("empty", Text("Empty", "空"), ())
    write_class_page(empty, [Record("x", MARKED)], tmp_path / "empty.html")


def test_each_student_has_a_page_of_a_safe_name(tmp_path):
    names = ["../../etc/passwd", "a/b", "a-b", "A-B", "学号", "x" * 300, "", "CON", *EVIL]
    made = [page_name(name) for name in names]
    assert len({name.lower() for name in made}) == len(names)
    assert all(re.fullmatch(r"[a-z0-9-]{1,60}\.html", name) for name in made)
    write_pages(OUTLINE, evil_records(), tmp_path / "pages", evil_roster())
    assert len(list((tmp_path / "pages" / "students").iterdir())) == len(EVIL)
    page = (tmp_path / "pages" / "index.html").read_text(encoding="utf-8")
    Elements(page)
    assert all((tmp_path / "pages" / link).is_file() for link in re.findall(r'href="(students/[^"]+)"', page))


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """All pages of a class, evil students among them."""
    folder = tmp_path_factory.mktemp("pages")
    everybody = [*records(1000), *evil_records()]
    write_pages(OUTLINE, everybody, folder, roster(1010) | evil_roster())
    return folder


@pytest.fixture
def show(browser):
    """Shows a page in a window of a width, and says what is wrong with how it behaves."""

    def wide(path, width, scheme="light"):
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        browser.get(path.as_uri())
        assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth"), path
        assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0
        assert browser.execute_script("return typeof window.owned") == "undefined"
        return browser

    yield wide
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1400])
def test_pages_fit_the_window_ask_for_nothing_and_run_nothing_of_a_student(pages, show, width):
    evil = [pages / "students" / page_name(text) for text in EVIL]
    plain = [pages / "students" / page_name(f"s{place:05d}") for place in range(0, 1000, 100)]
    for path in [pages / "index.html", *evil, *plain]:
        show(path, width, "dark" if width > 1000 else "light")


@pytest.mark.browser
def test_the_browser_test_sees_what_it_must_not(show, tmp_path):
    for body in (
        "<div style='width: 2000px'>x</div>",
        "<script>window.owned = 1</script>",
        "<img src='http://127.0.0.1:9/x.png'>",
    ):
        (tmp_path / "bad.html").write_text(f"<!doctype html><body>{body}")
        with pytest.raises(AssertionError):
            show(tmp_path / "bad.html", 390)


def column(browser, place):
    rows = "[...document.querySelectorAll('#students tbody tr')]"
    return browser.execute_script(f"return {rows}.map(row => row.cells[arguments[0]].textContent.trim())", place)


@pytest.mark.browser
def test_the_table_is_sorted_and_filtered(pages, show):
    browser = show(pages / "index.html", 1400)
    before = column(browser, 2)
    button = browser.find_elements("css selector", "#students th button")[2]
    for turn, sign in ((1, 1), (2, -1)):
        button.click()
        marks = [float(text) for text in column(browser, 2) if text]
        assert marks == sorted(marks, reverse=sign < 0), turn
        assert column(browser, 2)[len(marks) :] == [""] * (len(before) - len(marks))  # open ones last
    assert before != column(browser, 2)
    browser.find_element("id", "filter").send_keys("unusable")
    visible = browser.execute_script(
        "return [...document.querySelectorAll('#students tbody tr')].filter(r => !r.hidden).length"
    )
    assert visible == column(browser, 9).count("unusable") > 0
    assert browser.find_element("id", "shown").text == str(visible)


@pytest.mark.browser
def test_without_scripts_the_page_is_whole(pages, show, browser):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get((pages / "index.html").as_uri())
        assert not browser.find_element("id", "tools").is_displayed()
        assert len(browser.find_elements("css selector", "#students tbody tr")) == 1010 + len(EVIL)
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.browser
def test_ten_thousand_students_are_a_page(show, tmp_path):
    write_class_page(OUTLINE, records(10_000), tmp_path / "class.html")
    assert (tmp_path / "class.html").stat().st_size < 5_000_000
    browser = show(tmp_path / "class.html", 1400)
    browser.find_elements("css selector", "#students th button")[1].click()
    assert len(column(browser, 1)) == 10_000
