"""Printing: where a submission's print goes; what is beyond the limit is dropped, so that printing much is no error."""

import os


class Printer:
    """A text stream onto a descriptor, without buffer, with room for so many bytes."""

    encoding = "utf-8"
    errors = "backslashreplace"
    closed = False
    newlines = None

    def __init__(self, descriptor: int, room: int) -> None:
        self._descriptor, self._room = descriptor, room

    def write(self, text: str) -> int:
        """Writes what there is room for; returns the length of all of it, as if it had been written."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self._room:
            content = text.encode(self.encoding, self.errors)[: self._room]
            self._room -= len(content)
            while content:
                content = content[os.write(self._descriptor, content) :]
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        """Writes them one after the other."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """There is no buffer."""

    def close(self) -> None:
        """Stays open: it is the process's own."""

    def fileno(self) -> int:
        """The descriptor."""
        return self._descriptor

    def isatty(self) -> bool:
        """It is no terminal."""
        return False

    def readable(self) -> bool:
        """It is not."""
        return False

    def writable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is not."""
        return False
