"""Teach the packaged encoder which stories answer which questions.

    python training/train.py --runs RUNS [--epochs 12] [--resume]

Contrastive, with sentence-transformers' trainer: every question of a batch is
set against every text of it, both ways, by the cross-entropy of the softmax of
their cosines with the gains. Needs `pip install datasets accelerate`. The same
arguments give the same plan; --resume goes on from the last checkpoint in RUNS.
The trained model is RUNS/model, with what it was made from in RUNS/run.json.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from datasets import Dataset  # type: ignore[import-not-found, import-untyped, unused-ignore]
from datasets.table import InMemoryTable  # type: ignore[import-not-found, import-untyped, unused-ignore]
from pieces import QUESTIONS, Row, Source, bank_source, library_source, plan
from sentence_transformers import (
    SentenceTransformer,
    SentenceTransformerTrainer,
    SentenceTransformerTrainingArguments,
)
from sentence_transformers.base.sampler import DefaultBatchSampler
from snapshot import (
    DATA,
    read_banks,
    read_contrasts,
    read_entries,
    read_graded,
    snapshot_hash,
)
from torch import Tensor

from kb.compile_model.source import packaged_folder
from kb.evaluate import RELEVANT

RELEVANT_GAIN = (2**RELEVANT - 1) / 7
GAINS = [(2**grade - 1) / 7 for grade in (0, 1, 1.5, 2, 3)]
CHANCES = [0, 0.1, 0.5, 0.8, 1]  # that a text of such a gain is called an answer
UNKNOWN = -1e4  # in the place of a logit: no part in a softmax
STEEPNESS, MIDDLE = 20.0, 0.4  # from a cosine to a chance


@dataclass(frozen=True, slots=True)
class Weights:
    """Of the softmax, and of the two losses beside the contrast."""

    temperature: float
    absolute: float
    gap: float


class GradedContrast(torch.nn.Module):
    """Questions against texts of one source, by their gains, symmetric.

    labels (n, 4 + pieces.QUESTIONS): batch, source, told, text, the questions beside it, -1
    for none. A question without a relevant text is a negative for every text and has no
    term of its own; a pair that was not judged has no part in anything. Where enough is
    told, each pair counts by itself, too (`absolute`, its weight), and whether questions
    that have an answer are nearer to their best than others (`gap`).
    """

    def __init__(self, model: SentenceTransformer, sources: list[Source], weights: Weights) -> None:
        super().__init__()
        self.model = model
        self.gains = [torch.from_numpy(source.gains) for source in sources]
        self.known = [torch.from_numpy(source.known) for source in sources]
        self.weights = weights

    def forward(self, features: Iterable[dict[str, Tensor]], labels: Tensor) -> Tensor:
        """The mean of the two cross-entropies, a number."""
        texts, *asked = [self.model(each)["sentence_embedding"].float() for each in features]
        rows = labels[:, 4:].T.reshape(-1)
        found, first = _distinct(rows)
        found, first = found[found >= 0], first[found >= 0]
        questions = torch.cat(asked)[first]
        source, shown = int(labels[0, 1]), labels[:, 3]
        gains, known = self.gains[source][found][:, shown], self.known[source][found][:, shown]
        cosines = questions @ texts.T
        logits = (cosines / self.weights.temperature).masked_fill(~known, UNKNOWN)
        answered = gains.max(dim=1).values >= RELEVANT_GAIN
        forth = _cross_entropy(logits[answered], gains[answered])
        useful = gains.max(dim=0).values >= RELEVANT_GAIN
        back = _cross_entropy(logits.T[useful], gains.T[useful])
        loss = (forth + back) / 2
        if int(labels[0, 2]):
            loss = loss + self.weights.absolute * _judged(cosines, gains, known)
            loss = loss + self.weights.gap * _gap(logits, answered)
        return loss


def _gap(logits: Tensor, answered: Tensor) -> Tensor:
    """How often, softly, a question without an answer is nearer to its best text than one
    that has an answer: what the AUROC of gap detection counts. A number."""
    best = torch.logsumexp(logits, dim=1)
    if bool(answered.all()) or not bool(answered.any()):
        return best.sum() * 0
    return torch.nn.functional.softplus(best[~answered][:, None] - best[answered][None]).mean()


def _judged(cosines: Tensor, gains: Tensor, known: Tensor) -> Tensor:
    """The cross-entropy of each pair alone, so that a cosine means the same for every question.

    Summed over the texts of a question, as a wrong text at the top costs as much in a long
    bank as in a short one; the mean over the questions.
    """
    wanted = torch.from_numpy(np.interp(gains.numpy(), GAINS, CHANCES)).float()
    logits = STEEPNESS * (cosines - MIDDLE)
    each = torch.nn.functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    return each.masked_fill(~known, 0).sum(dim=1).mean()


def _distinct(rows: Tensor) -> tuple[Tensor, Tensor]:
    """The different values, and where each stands first."""
    found, place = torch.unique(rows, return_inverse=True)
    first = torch.full((len(found),), len(rows)).scatter_reduce(
        0, place, torch.arange(len(rows)), "amin"
    )
    return found, first


def _cross_entropy(logits: Tensor, gains: Tensor) -> Tensor:
    """Of the softmax over each row with the row's gains, made to sum to 1; their mean."""
    if not len(logits):
        return logits.sum()
    wanted = gains / gains.sum(dim=1, keepdim=True)
    return torch.nn.functional.cross_entropy(logits, wanted)


class Planned(DefaultBatchSampler):
    """The batches as they were planned: the rows that have the same number, in order."""

    def __init__(self, dataset: Dataset, *_: object, **__: object) -> None:
        numbers = [label[0] for label in dataset["label"]]
        self.batches: list[list[int]] = []
        for row, number in enumerate(numbers):
            if number == len(self.batches):
                self.batches.append([])
            self.batches[-1].append(row)
        super().__init__(dataset, batch_size=len(self.batches[0]), drop_last=False)

    def __iter__(self) -> Iterator[list[int]]:
        return iter(self.batches)

    def __len__(self) -> int:
        return len(self.batches)


def dataset(batches: Iterable[list[Row]], sources: list[Source]) -> Dataset:
    """The planned batches as rows of texts, questions and numbers."""
    rows = [
        {
            "text": row.shown,
            **{
                f"question{i}": sources[row.source].questions[q] if q >= 0 else ""
                for i, q in enumerate(asked)
            },
            "label": [number, row.source, int(row.told), row.text, *asked],
        }
        for number, batch in enumerate(batches)
        for row in batch
        for asked in [_padded(row.questions)]
    ]
    table = InMemoryTable.from_pylist(rows)
    return Dataset(table, fingerprint=f"{len(rows):016x}")  # unnamed, it would be pickled


def _padded(questions: tuple[int, ...]) -> tuple[int, ...]:
    """QUESTIONS numbers; -1 where there is none."""
    return questions + (-1,) * (QUESTIONS - len(questions))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Train the encoder.")
    parser.add_argument("--runs", type=Path, required=True, help="folder for checkpoints and model")
    parser.add_argument("--snapshot", type=Path, default=DATA)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--size", type=int, default=24)
    parser.add_argument("--bank-turns", type=int, default=2)
    parser.add_argument("--rate", type=float, default=1.2e-4)
    parser.add_argument("--schedule", default="cosine", help="or constant_with_warmup")
    parser.add_argument("--temperature", type=float, default=0.05)
    parser.add_argument("--absolute", type=float, default=0.15, help="weight of the judged pairs")
    parser.add_argument("--gap", type=float, default=0.25, help="weight of answered or not")
    parser.add_argument("--start", type=Path, help="a model to go on from")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--bf16", action="store_true", help="for processors that have it")
    parser.add_argument("--keep", type=int, default=3, help="epochs between checkpoints")
    parser.add_argument("--steps", type=int, default=-1, help="stop early, for a trial")
    parser.add_argument("--resume", action="store_true")
    return parser.parse_args()


def _trainer(
    given: argparse.Namespace, model: SentenceTransformer, sources: list[Source]
) -> SentenceTransformerTrainer:
    batches = list(
        plan(
            sources,
            epochs=given.epochs,
            size=given.size,
            bank_turns=given.bank_turns,
            seed=given.seed,
        )
    )
    settings = SentenceTransformerTrainingArguments(
        output_dir=str(given.runs),
        num_train_epochs=1,  # the plan holds every epoch
        max_steps=given.steps,
        per_device_train_batch_size=given.size,
        batch_sampler=Planned,
        learning_rate=given.rate,
        lr_scheduler_type=given.schedule,
        warmup_steps=len(batches) // 10,
        weight_decay=0.01,
        bf16=given.bf16,
        use_cpu=not torch.cuda.is_available(),
        seed=given.seed,
        save_steps=given.keep * len(batches) // given.epochs,
        logging_steps=10,
        report_to=[],
        disable_tqdm=True,
    )
    return SentenceTransformerTrainer(
        model=model,
        args=settings,
        train_dataset=dataset(batches, sources),
        loss=GradedContrast(model, sources, Weights(given.temperature, given.absolute, given.gap)),
    )


def main() -> None:
    """Train, and keep the model beside a note of how it was made."""
    given = _arguments()
    logging.basicConfig(level=logging.WARNING)
    torch.manual_seed(given.seed)
    model = SentenceTransformer(
        str(given.start or packaged_folder()),
        local_files_only=True,
        # both for speed on a CPU: a quarter, and as much again
        model_kwargs={"attn_implementation": "eager"},
        config_kwargs={"attention_probs_dropout_prob": 0.0},
    )
    for name, weight in model.named_parameters():
        weight.requires_grad_("embeddings" not in name)
    entries, graded = read_entries(given.snapshot), read_graded(given.snapshot)
    banks = read_banks(["train"], given.snapshot)
    sources = [library_source(entries, banks, graded, read_contrasts(given.snapshot))]
    sources += [bank_source(bank, entries, graded) for bank in banks]
    trainer = _trainer(given, model, sources)
    trainer.train(resume_from_checkpoint=given.resume or None)
    model.save(str(given.runs / "model"), create_model_card=False)
    note = {key: value for key, value in vars(given).items() if not isinstance(value, Path)}
    note["snapshot"] = snapshot_hash(given.snapshot)
    (given.runs / "run.json").write_text(json.dumps(note, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
