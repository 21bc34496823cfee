"""SavedModels as a kind; loads TensorFlow only with the first of them."""

from __future__ import annotations

from pathlib import Path

from serve_app.kinds.servable import Kind, LoadOptions, Servable


def _recognises(folder: Path) -> bool:
    # Half of a TRANSFORM export would read raw columns as transformed ones.
    is_half = (folder / "transform").is_dir() or (folder / "model.bst").exists()
    files = (folder / name for name in ("saved_model.pb", "saved_model.pbtxt"))
    return not is_half and any(file.is_file() for file in files)


def _load(folder: Path, options: LoadOptions) -> Servable:
    # TensorFlow reads its thread settings when it is imported, and the process that only builds the
    # application must not import it at all.
    from serve_app.kinds.tensorflow.servable import TensorFlowServable

    return TensorFlowServable(folder, options)


TENSORFLOW = Kind("tensorflow", _recognises, _load)
