"""Text that grows block by block and keeps the author's blank lines."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Prose:
    """Pieces of a document's text in order; adjacent lines stay adjacent."""

    line: int = 0
    end: int = 0
    pieces: list[str] = field(default_factory=list)

    def add(self, text: str, line: int, end: int) -> None:
        """Append `text`, which stands on the lines `line` to `end`; blank text is ignored."""
        clean = text.strip("\n").rstrip()
        if not clean.strip():
            return
        if self.pieces:
            self.pieces.append("\n" if line <= self.end + 1 else "\n\n")
        else:
            self.line = line
        self.pieces.append(clean)
        self.end = end

    @property
    def text(self) -> str:
        """All of it; "" if nothing was added."""
        return "".join(self.pieces).strip()
