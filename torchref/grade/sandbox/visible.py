"""Visible: a submission's text made safe for terminals and logs: what would steer them is written out."""

import unicodedata

# Control, format (bidirectional marks are among them), surrogate, private, unassigned; line and paragraph separator.
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def visible(text: str) -> str:
    r"""The text with every character that is no glyph, space, tab or new line written as \\x1b or \\u202e.

    A page must escape HTML besides.
    """
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(map(_visible, text))


def _visible(character: str) -> str:
    if character in "\n\t" or unicodedata.category(character) not in _HIDDEN:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
