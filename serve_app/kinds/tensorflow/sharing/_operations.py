"""TensorFlow's operations by what they do to the rows of a batch.

An operation that is in no list is taken to mix the rows. Which ones compute the same bits for many
rows as for one was measured (docs/sharing.md); only those that IEEE 754 defines to the last bit are
trusted to do so on every machine.
"""

from __future__ import annotations


def plain_name(operation: str) -> str:
    """The name of an operation without what TensorFlow's optimiser puts before it.

    `_MklNativeFusedMatMul` is oneDNN's `_FusedMatMul`.
    """
    return operation.removeprefix("_MklNative").removeprefix("_Mkl").removeprefix("_")


EXACT = frozenset(
    {
        "Abs", "Add", "AddN", "AddV2", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "Bucketize", "Cast",
        "Ceil", "CheckNumerics", "Div", "DivNoNan", "Equal", "Floor", "FloorDiv", "Greater",
        "GreaterEqual", "Invert", "IsFinite", "IsInf", "IsNan", "Less", "LessEqual", "LogicalAnd",
        "LogicalNot", "LogicalOr", "Mul", "MulNoNan", "Neg", "NotEqual", "OnesLike", "RealDiv",
        "Rint", "Round", "SelectV2", "Sqrt", "Square", "SquaredDifference", "Sub", "ZerosLike",
        "TruncateDiv", "LeftShift", "RightShift",
        # Texts.
        "AsString", "DecodeBase64", "EncodeBase64", "RegexFullMatch", "RegexReplace",
        "StaticRegexFullMatch", "StaticRegexReplace", "StringLength", "StringLower", "StringStrip",
        "StringToHashBucket", "StringToHashBucketFast", "StringToHashBucketStrong",
        "StringToNumber", "StringUpper", "Substr", "UnicodeTranscode", "UnicodeScript",
    }
)  # fmt: skip
"""Of each element by itself, the same bits in any place of a tensor, except in bfloat16."""

ROUNDED = frozenset(
    {
        "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atan2", "Atanh", "BesselI0e", "BesselI1e",
        "ClipByValue", "Cos", "Cosh", "Digamma", "Elu", "Erf", "Erfc", "Erfinv", "Exp", "Expm1",
        "FloorMod", "Gelu", "Inv", "LeakyRelu", "Lgamma", "Log", "Log1p", "Maximum", "Minimum",
        "Mod", "Ndtri", "Pow", "Reciprocal", "Relu", "Relu6", "Rsqrt", "Selu", "Sigmoid", "Sign",
        "Sin", "Sinh", "Softplus", "Softsign", "Tan", "Tanh", "TruncateMod", "Xdivy", "Xlog1py",
        "Xlogy", "FusedMish", "Swish", "UnaryOpsComposition",
    }
)  # fmt: skip
"""Of each element by itself, but vector instructions give other bits than scalar ones.

Not only in the last place: of 0 and -0, `Maximum` and `Relu` return either.
"""

ROW_FUNCTIONS = frozenset(
    {
        "AvgPool", "AvgPool3D", "Conv2D", "Conv3D", "DepthToSpace", "DepthwiseConv2dNative",
        "FusedBatchNorm", "FusedBatchNormEx", "FusedBatchNormV2", "FusedBatchNormV3",
        "FusedConv2D", "FusedDepthwiseConv2dNative", "LRN", "LayerNorm", "LogSoftmax", "MaxPool",
        "MaxPool3D", "ResizeBilinear", "ResizeNearestNeighbor", "Softmax", "SpaceToDepth", "TopK",
        "TopKV2",
    }
)  # fmt: skip
"""Of each row by itself (of more than one axis), given that only the first input has rows."""

PRODUCTS = frozenset({"FusedMatMul", "MatMul"})
BATCH_PRODUCTS = frozenset({"BatchMatMul", "BatchMatMulV2", "BatchMatMulV3"})
REDUCTIONS = frozenset(
    {"All", "Any", "EuclideanNorm", "Max", "Mean", "Min", "Prod", "ReduceJoin", "Sum"}
)
ALONG_AN_AXIS = frozenset({"ArgMax", "ArgMin", "Cumprod", "Cumsum", "ReverseV2", "Roll"})
IDENTITIES = frozenset(
    {"Identity", "IdentityN", "PreventGradient", "Snapshot", "StopGradient",
     "EnsureShape", "DeepCopy"}
)  # fmt: skip
MOVES = frozenset(
    {"BroadcastTo", "ConcatV2", "ExpandDims", "Fill", "Gather", "GatherNd", "GatherV2", "MirrorPad",
     "OneHot", "Pack", "Pad", "PadV2", "Range", "Rank", "Reshape", "ResourceGather", "ScatterNd",
     "Select", "Shape", "ShapeN", "Size", "Slice", "SparseToDense", "Split", "SplitV", "Squeeze",
     "StridedSlice", "Tile", "Transpose", "Unpack", "Where", "BiasAdd", "Einsum", "StringJoin",
     "LookupTableFind", "LookupTableFindV2", "ParseExample", "ParseExampleV2", "DenseBincount",
     "Concat", "Merge", "Switch"}
)  # fmt: skip
"""With a rule of their own."""

READERS = frozenset(
    {"HashTable", "HashTableV2", "LookupTableFind", "LookupTableFindV2", "LookupTableSize",
     "LookupTableSizeV2", "MutableHashTable", "MutableHashTableV2", "ReadVariableOp",
     "ResourceGather", "ResourceGatherNd", "VarHandleOp", "VarIsInitializedOp", "Variable",
     "VariableV2", "IsVariableInitialized", "VariableShape"}
)  # fmt: skip
"""Read what was loaded, and change nothing."""

RESOURCES = frozenset(
    {"HashTable", "HashTableV2", "MutableHashTable", "MutableHashTableV2", "VarHandleOp",
     "Variable", "VariableV2"}
)  # fmt: skip

SIZE_INPUTS: dict[str, tuple[int, ...]] = {
    "BroadcastTo": (1,), "DenseBincount": (1,), "Bincount": (1,), "Empty": (0,), "Fill": (0,),
    "LinSpace": (2,), "MirrorPad": (1,), "OneHot": (1,), "Pad": (1,), "PadV2": (1,),
    "RaggedRange": (0, 1, 2), "RaggedTensorToTensor": (0,), "Range": (0, 1, 2),
    "ResizeBilinear": (1,), "ResizeNearestNeighbor": (1,), "ScatterNd": (2,),
    "SparseToDense": (1,), "SparseFillEmptyRows": (2,), "TensorScatterUpdate": (),
    "Tile": (1,), "UnsortedSegmentMax": (2,), "UnsortedSegmentMin": (2,),
    "UnsortedSegmentProd": (2,), "UnsortedSegmentSum": (2,), "DynamicStitch": (0,),
    "ParallelDynamicStitch": (0,),
}  # fmt: skip
"""Operation -> inputs whose values say how large its output is."""

BOUNDED = frozenset(
    {
        *EXACT, *ROUNDED, *ROW_FUNCTIONS, *PRODUCTS, *BATCH_PRODUCTS, *REDUCTIONS, *ALONG_AN_AXIS,
        *IDENTITIES, *MOVES, *SIZE_INPUTS,
        "Assert", "Const", "NoOp", "Placeholder", "PlaceholderV2", "PlaceholderWithDefault",
        "BroadcastArgs", "BroadcastGradientArgs", "ConcatOffset", "DynamicPartition",
        "InTopK", "InTopKV2", "InvertPermutation", "L2Loss", "MatrixBandPart", "MatrixDiag",
        "MatrixDiagPart", "MatrixDiagPartV2", "MatrixDiagPartV3", "MatrixDiagV2", "MatrixDiagV3",
        "MatrixSetDiag", "MatrixSetDiagV2", "MatrixSetDiagV3", "MatrixTranspose", "RaggedGather",
        "RaggedTensorToSparse", "RaggedTensorFromVariant", "RaggedTensorToVariant", "Reverse",
        "ReverseSequence", "SegmentMax", "SegmentMean", "SegmentMin", "SegmentProd", "SegmentSum",
        "SparseConcat", "SparseReduceMax", "SparseReduceSum", "SparseReorder", "SparseReshape",
        "SparseSegmentMean", "SparseSegmentSqrtN", "SparseSegmentSum", "SparseSlice",
        "SparseSoftmax", "StringNGrams", "StringSplit", "StringSplitV2", "UnicodeDecode",
        "UnicodeDecodeWithOffsets", "UnicodeEncode", "UnsortedSegmentJoin", "StringFormat",
        "TensorScatterAdd", "Unique", "UniqueV2", "UniqueWithCounts", "UniqueWithCountsV2",
        "BatchToSpaceND", "SpaceToBatchND", "ListDiff", "LowerBound", "UpperBound",
        "SparseToSparseSetOperation", "DenseToDenseSetOperation", "DenseToSparseSetOperation",
        "SparseCross", "SparseCrossV2", "SparseCrossHashed", "RaggedCross", "Complex", "Real",
        "Imag", "ApproximateEqual", "TensorScatterMax", "TensorScatterMin", "TensorScatterSub",
        "SparseTensorDenseMatMul", "BesselI0", "BesselI1", "NextAfter", "Conj", "Angle",
        "ComplexAbs", "Bitcast", "Cross", "Diag", "DiagPart", "ParseSingleExample",
        "ParseSequenceExample", "ParseSequenceExampleV2", "DecodeRaw",
        "DecodeCSV", "RaggedBincount", "SparseBincount", "RaggedFillEmptyRows",
        "ReadVariableOp", "IsotonicRegression", "NthElement", "Lu", "StopGradient",
    }
)  # fmt: skip
"""Known to end promptly, if their output's size does not follow from values."""

MIXING = {
    "RaggedTensorToTensor": "pads to the longest row",
    "StringSplit": "splits texts into as many pieces as the batch has",
    "StringSplitV2": "splits texts into as many pieces as the batch has",
    "Unique": "compares rows", "UniqueV2": "compares rows",
    "UniqueWithCounts": "compares rows", "UniqueWithCountsV2": "compares rows",
    "While": "is a loop", "StatelessWhile": "is a loop", "For": "is a loop",
    "Enter": "is part of a loop", "NextIteration": "is part of a loop",
    "If": "chooses for all rows", "StatelessIf": "chooses for all rows",
    "Case": "chooses for all rows", "StatelessCase": "chooses for all rows",
}  # fmt: skip
"""Why some of the operations that mix rows do so, for the log."""
