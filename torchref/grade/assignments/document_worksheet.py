"""What the document leaves to its reader, on paper: six updated weights and the derivatives by both biases."""

from manual import document
from torchref.grade.record import Text
from torchref.grade.worksheet import WorksheetAssignment

TITLE = Text("The document's example: what it leaves to the reader", "文档中的例子：留给读者的部分")
assignment = WorksheetAssignment("document_worksheet", TITLE, document.example(), "document")
