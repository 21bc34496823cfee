"""The rules of the operations that move values about without computing with them."""

from __future__ import annotations

from collections.abc import Sequence

from serve_app.kinds.tensorflow.sharing._executed_graph import BATCH
from serve_app.kinds.tensorflow.sharing._flow import (
    ROWS,
    Flow,
    Kind,
    Step,
    is_length,
)
from serve_app.kinds.tensorflow.sharing._rules import Rule, aligned
from serve_app.kinds.tensorflow.sharing._sizes import SIZE_RULES, dimensions


def identity(step: Step) -> Sequence[Flow]:
    return step.flows


def reshape(step: Step) -> Flow:
    """Rows stay rows where the first axis is still theirs: elements keep their order."""
    if step.op == "Squeeze":
        step.need(step.node.attr["squeeze_dims"].list.i, "drops the axis of a single row")
    step.need(step.is_all(Kind.ROWS, 0), "gives same values a number of rows")
    dimensions(step, *range(1, len(step.flows)))
    shape = step.outputs[0]
    step.need(shape is not None, "gives a tensor of unknown rank")
    step.need(shape and is_length(shape[0]), "does not give one row for each")
    return ROWS


def transpose(step: Step) -> Flow:
    """Of all axes but the first."""
    step.need(step.is_all(Kind.ROWS, 0), "mixes the rows")
    step.need(int(step.constant(1)[0]) == 0, "moves the batch to another axis")
    return step.rows()


def joined(step: Step) -> Flow:
    """Along another axis than the first; a row's number and rows make indices."""
    pack = step.op == "Pack"
    rank = len(step.outputs[0] or ()) if pack else step.rank(0)
    if pack:
        axis, parts = step.node.attr["axis"].i % max(rank, 1), step.flows
    else:
        place = 0 if step.op == "Concat" else len(step.flows) - 1
        axis = step.axis(place, rank)
        parts = [flow for index, flow in enumerate(step.flows) if index != place]
    step.need(axis != 0, "joins along the batch")
    if parts[0].kind in {Kind.ROW_NUMBERS, Kind.ROW_INDICES}:
        step.need(axis == 1 and rank == 2, "uses the places of the rows")
        step.need(all(flow.kind in {Kind.ROWS, Kind.SAME} for flow in parts[1:]), "mixes the rows")
        return Flow(Kind.ROW_INDICES)
    step.need(all(flow.kind is Kind.ROWS for flow in parts), "joins rows and others")
    return step.rows()


def split(step: Step) -> Sequence[Flow]:
    """Along another axis than the first."""
    value = 1 if step.op == "Split" else 0
    step.need(step.is_all(Kind.ROWS, value), "mixes the rows")
    rank = step.rank(value)
    if step.op == "Unpack":
        axis = step.node.attr["axis"].i % rank
    else:
        axis = step.axis(0 if step.op == "Split" else 2, rank)
    step.need(axis != 0, "splits the batch")
    return [step.rows(index=index) for index in range(len(step.outputs))]


def sliced(step: Step) -> Flow:
    """All rows, and a part of each."""
    step.need(step.is_all(Kind.ROWS, 0), "mixes the rows")
    if step.op == "Slice":
        step.need(int(step.constant(1)[0]) == 0, "takes some of the rows")
        dimensions(step, 2)
        return step.rows()
    attributes = {name: step.node.attr[f"{name}_mask"].i for name in
                  ("begin", "end", "ellipsis", "new_axis", "shrink_axis")}  # fmt: skip
    stride = step.constant(3)
    if attributes["ellipsis"] & 1:
        taken = len(stride) - 1 - attributes["new_axis"].bit_count()
        step.need(taken < step.rank(0), "takes some of the rows")
    else:
        whole = attributes["begin"] & attributes["end"] & 1 and stride[0] == 1
        special = (attributes["new_axis"] | attributes["shrink_axis"]) & 1
        step.need(whole and not special, "takes some of the rows")
    return step.rows()


def gather(step: Step) -> Flow:
    """Entries of a table by rows of ids, or columns of rows."""
    params, ids = step.flows[0], step.flows[1]
    rank = step.rank(0) if step.op != "ResourceGather" else 0
    axis = step.axis(2, rank) if len(step.flows) > 2 else 0
    batch_axes = step.node.attr["batch_dims"].i
    if params.kind is Kind.SAME and ids.kind in {Kind.ROWS, Kind.PLACED}:
        step.need(axis == 0 and batch_axes == 0, "mixes the rows")
        return ids if ids.kind is Kind.PLACED else step.rows()
    step.need(params.kind is Kind.ROWS, "mixes the rows")
    if ids.kind is Kind.ROWS:
        step.need(1 <= batch_axes <= axis, "takes rows by ids of rows")
    else:
        step.need(ids.kind is Kind.SAME and axis > 0 and batch_axes == 0, "takes rows by ids")
    return step.rows()


def gather_nd(step: Step) -> Flow:
    """Entries of a table by rows of indices, or of a row by its own index."""
    params, indices = step.flows
    step.need(step.node.attr["batch_dims"].i == 0, "has batch axes")
    if params.kind is Kind.SAME and indices.kind in {Kind.ROWS, Kind.PLACED}:
        return indices if indices.kind is Kind.PLACED else step.rows()
    step.need(params.kind is Kind.ROWS, "mixes the rows")
    if indices.kind is Kind.PLACES:
        step.need(step.length(0) == BATCH, "takes rows by ids")
        return Flow(Kind.PLACED, places=indices.places)
    step.need(indices.kind is Kind.ROW_INDICES, "takes rows by ids")
    step.need(step.length(0) == BATCH, "takes rows by ids")
    return step.rows()


def where(step: Step) -> Flow:
    """The places, in order, where a tensor of rows holds."""
    step.need(step.is_all(Kind.ROWS, 0) and step.length(0) == BATCH, "mixes the rows")
    return Flow(Kind.PLACES, places=step.node.name)


def scatter(step: Step) -> Flow:
    """Puts values back to the places that they were taken from."""
    order = (0, 1, 2) if step.op == "SparseToDense" else (0, 2, 1)
    places, shape, values = (step.flows[index] for index in order)
    step.need(places.kind is Kind.PLACES, "puts values to places that do not follow from a row")
    is_one_for_all = values.kind is Kind.SAME and step.rank(order[2]) == 0
    is_in_place = values.kind is Kind.PLACED and values.places == places.places
    step.need(is_one_for_all or is_in_place, "puts values to places of others")
    step.need(shape.kind is Kind.SIZES, "does not have one row for each")
    step.need(step.op == "ScatterNd" or step.is_all(Kind.SAME, 3), "mixes the rows")
    return step.rows(like=BATCH)


def spread(step: Step) -> Flow:
    """Tile, Fill and BroadcastTo: the same for each row, or more columns."""
    value, shape = (1, 0) if step.op == "Fill" else (0, 1)
    dimensions(step, shape)
    flow, sizes = step.flows[value], step.shapes[value]
    if flow.kind is Kind.ROWS:
        step.need(step.rank(value) == len(step.outputs[0] or ()), "mixes the rows")
        return step.rows()
    step.need(flow.kind is Kind.SAME and step.flows[shape].kind is Kind.SIZES, "mixes the rows")
    rank = len(step.outputs[0] or ())
    step.need(step.rank(value) < rank or (sizes and sizes[0] == 1), "mixes the rows")
    return step.rows(like=BATCH)


def one_hot(step: Step) -> Flow:
    step.need(step.is_all(Kind.SAME, 1, 2, 3), "mixes the rows")
    axis, flow = step.node.attr["axis"].i, step.flows[0]
    step.need(flow.kind in {Kind.ROWS, Kind.PLACED} and axis != 0, "mixes the rows")
    if flow.kind is Kind.PLACED:
        step.need(step.rank(0) > 0, "mixes the rows")
        return flow
    step.rows()
    return Flow(Kind.ROWS, counts=bool(step.value(2) == 1 and step.value(3) == 0))


def pad(step: Step) -> Flow:
    """More columns, no more rows."""
    step.need(step.is_all(Kind.ROWS, 0), "mixes the rows")
    step.need(not step.constant(1)[0].any(), "adds rows")
    step.need(len(step.flows) < 3 or step.is_all(Kind.SAME, 2), "mixes the rows")
    return step.rows()


def select(step: Step) -> Flow:
    """Chooses whole rows, or single elements."""
    step.need(step.is_all(Kind.ROWS, 1, 2), "mixes the rows")
    condition = step.flows[0].kind
    step.need(condition is Kind.ROWS or (condition is Kind.SAME and step.rank(0) == 0),
              "chooses for all rows")  # fmt: skip
    return step.rows()


def string_join(step: Step) -> Flow:
    aligned(step, step.flows, step.shapes)
    step.need(all(flow.kind is Kind.ROWS or step.rank(index) == 0
                  for index, flow in enumerate(step.flows)), "mixes the rows")  # fmt: skip
    return step.rows()


def find(step: Step) -> Flow:
    """Looks each key up in a table that does not change."""
    step.need(step.is_all(Kind.SAME, 0, 2) and step.rank(2) == 0, "mixes the rows")
    keys = step.flows[1]
    step.need(keys.kind in {Kind.ROWS, Kind.PLACED}, "mixes the rows")
    return keys if keys.kind is Kind.PLACED else step.rows()


def parse_example(step: Step) -> Sequence[Flow]:
    """Reads features of a fixed size from each tf.Example; all others are padded or joined."""
    step.need(step.is_all(Kind.ROWS, 0) and step.rank(0) == 1, "mixes the rows")
    step.need(step.rest_is(Kind.SAME), "mixes the rows")
    attributes = step.node.attr
    sparse = len(attributes["sparse_types"].list.type)
    dense = [all(dim.size >= 0 for dim in shape.dim) and not shape.unknown_rank
             for shape in attributes["dense_shapes"].list.shape]  # fmt: skip
    other = Flow(Kind.MIXED, why=f"{step.op} ({step.node.name}) joins features of any size")
    flows = [other] * len(step.outputs)
    for index, is_fixed in enumerate(dense):
        if is_fixed:
            flows[3 * sparse + index] = step.rows(index=3 * sparse + index)
    return flows


def bincount(step: Step) -> Flow:
    """Counts within each row."""
    step.need(step.is_all(Kind.ROWS, 0) and step.is_all(Kind.SAME, 1, 2), "mixes the rows")
    step.need(step.rank(0) == 2, "counts over the batch")
    return step.rows()


def choice(step: Step) -> Sequence[Flow]:
    """Switch and Merge: only an assertion that runs where it fails may hang on them."""
    value, condition = step.flows[0], step.flows[-1]
    is_guard = condition.kind is Kind.EVERY and step.node.input[0] == step.node.input[-1]
    if step.op == "Switch" and is_guard:
        return [value, value]
    kinds = {Kind.SAME, Kind.EVERY}
    step.need(step.op == "Merge" or condition.kind in kinds, "chooses for all rows")
    chosen = Flow(Kind.MIXED, why=f"{step.op} ({step.node.name}) chooses for all rows")
    return [chosen] * len(step.outputs)


MOVES: dict[str, Rule] = {
    **dict.fromkeys(("Reshape", "ExpandDims", "Squeeze"), reshape),
    **dict.fromkeys(("ConcatV2", "Concat", "Pack"), joined),
    **dict.fromkeys(("Split", "SplitV", "Unpack"), split),
    **dict.fromkeys(("Slice", "StridedSlice"), sliced),
    **dict.fromkeys(("Gather", "GatherV2", "ResourceGather"), gather),
    **dict.fromkeys(("Tile", "Fill", "BroadcastTo"), spread),
    **dict.fromkeys(("SparseToDense", "ScatterNd"), scatter),
    **dict.fromkeys(("Pad", "PadV2", "MirrorPad"), pad),
    **dict.fromkeys(("LookupTableFind", "LookupTableFindV2"), find),
    **dict.fromkeys(("ParseExample", "ParseExampleV2"), parse_example),
    "DenseBincount": bincount, "GatherNd": gather_nd, "Merge": choice, "OneHot": one_hot,
    "Select": select, "StringJoin": string_join, "Switch": choice, "Transpose": transpose,
    "Where": where, **SIZE_RULES,
}  # fmt: skip
