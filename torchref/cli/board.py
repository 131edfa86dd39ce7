"""torchref board: opens TensorBoard on a sweep."""

from pathlib import Path

import click


@click.command()
@click.argument("experiment", required=False)
@click.option("--logdir", type=click.Path(path_type=Path), default=Path("runs"), show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), metavar="PORT", help="By default the first free one from 6006.")
@click.option("--browser/--no-browser", default=True, show_default=True, help="Open the page in a browser.")
def board(experiment: str | None, logdir: Path, port: int | None, browser: bool) -> None:
    """Open TensorBoard on a sweep: the loss of every rate pinned, nothing smoothed, nothing cut off.

    EXPERIMENT is a folder that torchref sweep wrote, the latest by default. Ctrl-C ends it.
    """
    import webbrowser

    from torchref.board import PAGE, experiment_folder, start

    folder = experiment_folder(logdir, experiment)
    server = start(folder, port)
    url = server.get_url().rstrip("/") + PAGE
    click.echo(f"{folder} at {url} (Ctrl-C ends it)")
    if browser:
        webbrowser.open(url)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        click.echo("ended", err=True)
    finally:
        server.server_close()
