"""Pages: what people look at: a page for each student, in HTML or Markdown, and one for the class."""

from torchref.grade.pages.class_page import write_class_page
from torchref.grade.pages.folder import page_name, write_pages
from torchref.grade.pages.markdown import student_markdown
from torchref.grade.pages.student_page import student_html

__all__ = ["page_name", "student_html", "student_markdown", "write_class_page", "write_pages"]
