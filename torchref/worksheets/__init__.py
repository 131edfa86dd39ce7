"""Worksheets: what somebody computed on paper, line by line, as text; checked sign by sign against a case.

report = torchref.worksheets.check_text("out_h1 = 0.595", manual.document.example())
"""

from torchref.worksheets.check import check_file, check_text
from torchref.worksheets.judgement import Judgement, Reading, Sign, WorksheetReport
from torchref.worksheets.sheet import Sheet, make_sheet

__all__ = ["Judgement", "Reading", "Sheet", "Sign", "WorksheetReport", "check_file", "check_text", "make_sheet"]
