"""What is handed in: files, folders, zips and notebooks made for a test, and the reason for what is refused."""

import io
import json
import zipfile

from torchref.grade.submissions import Unusable

CODE = "def linear(x):\n    return x\n"


def zipped(files, **info):
    """A zip in memory; `info` is set on its entries."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files if isinstance(files, list) else files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            for key, value in info.items():
                setattr(entry, key, value)
            archive.writestr(entry, content)
    return stream.getvalue()


def notebook(*sources, **other):
    made = [{"cell_type": "code", "source": source, "outputs": []} for source in sources]
    return json.dumps({"nbformat": 4, "cells": [{"cell_type": "markdown", "source": "# 1"}, *made], **other})


def reason(outcome):
    assert isinstance(outcome, Unusable), outcome
    for text in (outcome.reason.english, outcome.reason.chinese):
        assert text
        assert text.isprintable()
    assert outcome.reason.english != outcome.reason.chinese
    assert len(outcome.reason.english) < 400
    return outcome.reason.english
