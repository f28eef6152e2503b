"""A question and stories read together by a cross-encoder: what `rerank:` in kb.yaml names.

It is compiled by `compile_model` into a folder like those of the encoders, and
opened by the means of `embed`. Nothing here imports torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kb import embed
from kb.errors import ModelError
from kb.windows import batches

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from onnxruntime import InferenceSession  # type: ignore[import-untyped]
    from tokenizers import Encoding, Tokenizer

    Logits = NDArray[np.float32]


def readers(cache: Path) -> Path:
    """The cache of the readers in kb's: a model may be compiled as an encoder, too."""
    return cache / "readers"


def find_reader(name: str, cache: Path) -> embed.Compiled | None:
    """The compiled reader, or None where it is missing, damaged, or older than its source."""
    return embed.find_compiled(name, readers(cache))


@dataclass(frozen=True, slots=True)
class OnnxReader:
    """An open compiled reader. Make one with `OnnxReader.open`."""

    compiled: embed.Compiled
    session: InferenceSession
    tokenizer: Tokenizer

    @classmethod
    def open(cls, compiled: embed.Compiled) -> OnnxReader:
        """Raises ModelError where the files cannot be opened; the cached copy is then given
        up, so that the next match makes it anew."""
        try:
            # ten whole stories are more work than opening for a build takes
            return cls(compiled, *embed.opened(compiled, "build"))
        except ModelError as error:
            raise ModelError(error.message, "The next match makes it anew.") from error

    def read(self, question: str, texts: Sequence[str]) -> Logits:
        """How well each text answers the question, as the model's own logit: (n,) float32.

        A text is cut where the pair is over the model's limit; so is, first, a question
        that would leave the text less than half of it. Raises ModelError where the model
        fails, or gives a number that is not finite.
        """
        logits = np.zeros(len(texts), np.float32)
        try:
            pairs = self._pairs(question, texts)
            for batch in batches(np.array([len(pair) for pair in pairs])):
                logits[batch] = self._run([pairs[i] for i in batch])
        except Exception as error:  # both libraries raise bare Exceptions of their own
            raise ModelError(f"The compiled model {self.compiled.name} does not run.") from error
        if not np.isfinite(logits).all():
            raise ModelError(f"The model {self.compiled.name} gives what is no number.")
        return logits

    def _pairs(self, question: str, texts: Sequence[str]) -> list[Encoding]:
        """The question with each text as tokens, cut."""
        asked, *clean = (t.encode("utf-8", "replace").decode("utf-8") for t in (question, *texts))
        limit, cutter = self.compiled.max_tokens, self.tokenizer
        cutter.no_truncation()
        half = max(1, (limit - cutter.num_special_tokens_to_add(True)) // 2)
        alone = cutter.encode(asked, add_special_tokens=False)
        if len(alone) > half:
            asked = asked[: alone.offsets[half - 1][1]]
        cutter.enable_truncation(limit, strategy="only_second")
        pairs: list[Encoding] = cutter.encode_batch([(asked, text) for text in clean])
        return pairs

    def _run(self, pairs: list[Encoding]) -> Logits:
        shape = (len(pairs), max(len(pair) for pair in pairs))
        values = {
            "input_ids": np.full(shape, self.compiled.pad_id, np.int64),
            "attention_mask": np.zeros(shape, np.int64),
            "token_type_ids": np.zeros(shape, np.int64),
        }
        for row, pair in enumerate(pairs):
            values["input_ids"][row, : len(pair)] = pair.ids
            values["attention_mask"][row, : len(pair)] = 1
            values["token_type_ids"][row, : len(pair)] = pair.type_ids
        taken = {one.name: values[one.name] for one in self.session.get_inputs()}
        logits: Logits = self.session.run(None, taken)[0]
        return logits
