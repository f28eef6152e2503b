"""The floor: embed one question the quickest way known, with no kb in it.

python benchmarks/one_question.py COMPILED_FOLDER "disagreement with architect"
"""

import os
import sys

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy, which would start a pool
os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # before onnxruntime, which would start reporting

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from tokenizers import Tokenizer

folder, question = sys.argv[1:3]
tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
options = onnxruntime.SessionOptions()
options.log_severity_level = 3
options.intra_op_num_threads = 1
options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
options.add_session_config_entry("session.disable_prepacking", "1")
session = onnxruntime.InferenceSession(
    f"{folder}/model.onnx", options, providers=["CPUExecutionProvider"]
)
ids = np.array([tokenizer.encode(question).ids])
vector = session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0][0]
print(len(vector), round(float(vector @ vector), 3))
