"""The language model's file, made fit to run.

It holds each weight as a signed byte, with a scale for each column, and makes floats of them all to multiply them.
Here the same bytes are multiplied as they are, and of the table of word pieces only those rows become floats that are
looked up: two thirds of the time, a third of the memory.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onnx import NodeProto, TensorProto

_DOMAIN = "com.microsoft"
#: So many bytes of a column are multiplied together; divides both widths of the model, 384 and 1536.
_BLOCK = 128
#: What stands for zero in bytes without a sign.
_ZERO = 128
#: Both sides as bytes.
_ACCURACY = 4


def compact(path: str) -> bytes:
    """The model of that file, as onnxruntime loads it. Raises OSError if it cannot be read."""
    import onnx
    from onnx import helper

    model = onnx.load(path)
    graph = model.graph
    stored = {tensor.name: tensor for tensor in graph.initializer}
    floats = {
        node.output[0]: node.input[0] for node in graph.node if node.op_type == "Cast" and node.input[0] in stored
    }
    scaled = {
        node.output[0]: (floats[node.input[0]], node.input[1]) for node in graph.node if node.input[0] in floats
    }
    nodes = list["NodeProto"]()
    for node in graph.node:
        weight = next((scaled[name] for name in node.input if name in scaled), None)
        if weight and node.op_type == "MatMul":
            blocks = _blocks(stored.pop(weight[0]), stored.pop(weight[1]))
            stored |= {tensor.name: tensor for tensor in blocks}
            nodes.append(_product(node, blocks))
        elif weight:
            nodes += _rows(node, weight)
        elif not {*node.input, *node.output} & floats.keys():
            nodes.append(node)
    graph.ClearField("node")
    graph.node.extend(nodes)
    graph.ClearField("initializer")
    graph.initializer.extend(stored.values())
    model.opset_import.append(helper.make_opsetid(_DOMAIN, 1))
    return bytes(model.SerializeToString())


def _blocks(weight: "TensorProto", scale: "TensorProto") -> "tuple[TensorProto, TensorProto]":
    """Column by column in blocks, of which each has a scale of its own."""
    import numpy
    from onnx import numpy_helper

    columns = numpy_helper.to_array(weight).T.astype(numpy.int16) + _ZERO
    blocks = columns.astype(numpy.uint8).reshape(len(columns), -1, _BLOCK)
    scales = numpy.repeat(numpy_helper.to_array(scale).T, blocks.shape[1], axis=1)
    return numpy_helper.from_array(blocks, weight.name), numpy_helper.from_array(scales, scale.name)


def _product(node: "NodeProto", weight: "Sequence[TensorProto]") -> "NodeProto":
    """https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.MatMulNBits"""
    from onnx import helper

    columns, blocks, _ = weight[0].dims
    return helper.make_node(
        "MatMulNBits",
        [node.input[0], *(tensor.name for tensor in weight)],
        node.output,
        domain=_DOMAIN,
        K=blocks * _BLOCK,
        N=columns,
        bits=8,
        block_size=_BLOCK,
        accuracy_level=_ACCURACY,
    )


def _rows(node: "NodeProto", weight: tuple[str, str]) -> "list[NodeProto]":
    """Looked up before they become floats."""
    from onnx import TensorProto, helper

    (found,) = node.output
    parts = [f"{found} of {name}" for name in weight]
    lookups = [
        helper.make_node("Gather", [name, node.input[1]], [part]) for name, part in zip(weight, parts, strict=True)
    ]
    cast = helper.make_node("Cast", parts[:1], [f"{found} unscaled"], to=TensorProto.FLOAT)
    return [*lookups, cast, helper.make_node("Mul", [f"{found} unscaled", parts[1]], [found])]
