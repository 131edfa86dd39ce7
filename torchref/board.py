"""Board: TensorBoard on the view that shows a sweep at its best: loss pinned, nothing smoothed, nothing cut off.

TensorBoard keeps some of its settings in the browser's storage alone. So it is opened through a page of our own, from
the same address, that stores them and passes on to the pinned view. The storage key is internal to TensorBoard: where
it should change, the pinned view still opens, with TensorBoard's own defaults for the rest.
"""

import json
import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from manual.errors import InputError, must_be, unknown
from torchref.sweep.logs import SUMMARY

PAGE = "/torchref"

SETTINGS = {
    "scalarSmoothing": 0,
    "ignoreOutliers": False,
    "timeSeriesSettingsPaneOpened": False,
    "timeSeriesCardMinWidth": 470,
}
PINNED = [
    {"plugin": "scalars", "tag": "1_loss/log10"},
    {"plugin": "images", "tag": "1_rates/final_loss", "runId": f"defaultExperimentId/{SUMMARY}", "sample": 0},
    {"plugin": "scalars", "tag": "1_loss/loss"},
    {"plugin": "scalars", "tag": "2_gradient/log10_norm"},
]
# The verdict at the end of a run's name; the runs of one verdict share a colour, for there are seven colours.
COLOUR_BY = r"regex:_([a-z-]+)$"

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def pinned_query() -> str:
    """The query and fragment that have TensorBoard open the pinned view."""
    pinned = quote(json.dumps(PINNED, separators=(",", ":")))
    return f"?smoothing=0&pinnedCards={pinned}&runColorGroup={quote(COLOUR_BY)}#timeseries"


def landing_page() -> str:
    """A page that stores the settings and passes on to the pinned view."""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>torchref board</title><script>'
        'const key = "_tb_global_settings";'
        f"try {{ const old = JSON.parse(localStorage.getItem(key) || '{{}}');"
        f"localStorage.setItem(key, JSON.stringify(Object.assign(old, {json.dumps(SETTINGS)}))); }} catch (error) {{}}"
        f'location.replace("/{pinned_query()}");</script><p><a href="/{pinned_query()}">TensorBoard</a></p></html>'
    )


def with_landing_page(application: Application) -> Application:
    """TensorBoard's application with our page beside it."""

    def serve(environment: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environment.get("PATH_INFO") != PAGE:
            return application(environment, start_response)
        body = landing_page().encode()
        headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]
        start_response("200 OK", headers)
        return [body]

    return serve


def experiment_folder(logdir: Path, experiment: str | None) -> Path:
    """The folder of an experiment, by default of the one that was written last.

    Raises    InputError if there is no such experiment, or none at all
    """
    found = {folder.parent.name: folder.parent for folder in sorted(logdir.glob(f"*/{SUMMARY}"))}
    found = {name: folder for name, folder in found.items() if not name.startswith(".")}
    if not found:
        raise InputError(f"{logdir} must hold a sweep (got none); run torchref sweep first")
    if experiment is None:
        return max(found.values(), key=lambda folder: folder.stat().st_mtime)
    if experiment not in found:
        raise unknown("EXPERIMENT", experiment, found)
    return found[experiment]


def start(folder: Path, port: int | None) -> Any:
    """A TensorBoard server on a folder of runs, for this machine alone; serve_forever() serves, get_url() says where.

    Raises    InputError if the port is taken; without a port the first free one from 6006 is used
    """
    from tensorboard import program

    logging.getLogger("tensorboard").setLevel(logging.ERROR)

    class Server(program.WerkzeugServer):  # type: ignore[misc]
        """TensorBoard's own server, with the landing page."""

        def __init__(self, wsgi_app: Application, flags: Any) -> None:
            super().__init__(with_landing_page(wsgi_app), flags)

    board = program.TensorBoard(server_class=program.with_port_scanning(Server))
    board.configure(logdir=str(folder), port=port, load_fast="false", reload_interval=5)
    try:
        return board._make_server()
    except program.TensorBoardServerException as error:
        raise must_be("--port", "a free port", port, "leave it out to have one chosen") from error
