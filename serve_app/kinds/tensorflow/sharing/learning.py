"""Finds out, once per version, which requests may share a model call."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from serve_app.kinds.servable import Sharing, Tensors
from serve_app.kinds.tensorflow.company import Company
from serve_app.kinds.tensorflow.saved_model import SavedModel
from serve_app.kinds.tensorflow.sharing.sample_rows import made_up_rows
from serve_app.kinds.tensorflow.sharing.sharing_probe import (
    has_batch_dimension,
    learn,
    learn_company,
)
from serve_app.kinds.traits import CallTraits


def learn_traits(
    model: SavedModel,
    recorded: Mapping[str, Tensors],
    sharing: Sharing,
    copies: Callable[[], Company],
) -> tuple[dict[str, CallTraits], Company]:
    """Finds out what the calls of each signature are like.

    Args:
        model: The loaded version; nobody else uses it yet.
        recorded: Signature -> rows of its publisher.
        sharing: The setting.
        copies: Makes the row-wise copies; called only if a signature can use them.
    """
    traits: dict[str, CallTraits] = {}
    samples: dict[str, list[Tensors]] = {}
    for signature in model.signatures.values():
        traits[signature.name] = CallTraits(bounded=not model.has_loops)
        if signature.method_name and signature.inputs:
            # Made-up values may keep a loop from ending.
            made_up = None if model.has_loops else made_up_rows(signature)
            rows = (recorded.get(signature.name), made_up)
            samples[signature.name] = [each for each in rows if each]
            learn(model, signature, samples[signature.name], sharing, traits[signature.name])
    needy = [
        signature
        for name, signature in model.signatures.items()
        if samples.get(name) and not traits[name].shared_rows and has_batch_dimension(signature)
    ]
    company = copies() if needy and sharing == "exact" and not model.has_loops else Company()
    for signature in needy if company.models else ():
        learn_company(model, company, signature, samples[signature.name], traits[signature.name])
    return traits, company
