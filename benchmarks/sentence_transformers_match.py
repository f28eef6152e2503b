"""What one would write without kb: sentence-transformers, numpy, and a cached matrix.

python benchmarks/sentence_transformers_match.py MODEL STORIES_FOLDER "disagreement with ..."
"""

import sys
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer

name, folder, question = sys.argv[1:4]
files = sorted(Path(folder).rglob("*.md"))
texts = [file.read_text(encoding="utf-8") for file in files]
model = SentenceTransformer(name, device="cpu")
cache = Path(folder, ".vectors.npy")
if cache.exists() and len(kept := np.load(cache)) == len(texts):
    vectors = kept
else:
    vectors = model.encode(texts, normalize_embeddings=True)
    np.save(cache, vectors)
scores = vectors @ model.encode(question, normalize_embeddings=True)
for i in np.argsort(-scores)[:3]:
    print(f"{scores[i]:.2f} {files[i].name}")
