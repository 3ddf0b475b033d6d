"""What each row of the phrasebook means, in the order in which the table shows them. The code is in the columns' modules."""
from typing import NamedTuple


class Row(NamedTuple):
    """name: of the function in each column; topic: its section; meaning: in words; note: what to look out for.

    atol: how far float64 results may differ: rounding, or 1e-7 where TensorFlow keeps a constant in float32. Where a side
    answers in float32, `phrasebook.limit` has the last word.
    """
    name: str
    topic: str
    meaning: str
    note: str = ""
    atol: float = 1e-10


def _topic(name, *rows):
    return [Row(row[0], name, *row[1:]) for row in rows]


ROWS = (
    *_topic(
        "Make and convert",
        ("zeros", "an array of zeros", "TensorFlow wants the shape as one tuple."),
        ("full", "an array of one value"),
        ("integers", "integers from, to (not included), step"),
        ("evenly_spaced", "numbers at equal distances, both ends included"),
        ("identity", "the identity matrix"),
        ("ones_like", "ones in the shape and dtype of another array"),
        ("cast", "change the dtype"),
        ("to_numpy", "to a NumPy array", "PyTorch shares the memory on a CPU: a change shows in both."),
        ("random_normal", "normal random numbers",
         "The row compares the shapes: no seed gives both the same numbers."),
        ("change_in_place", "add in place", "A `tf.Tensor` cannot be changed, only a `tf.Variable`."),
    ),
    *_topic(
        "Shape",
        ("how_many", "the number of elements"),
        ("reshape", "another shape, the same elements", "`-1` stands for what is left."),
        ("transpose", "swap the two axes of a matrix", "`tf.transpose` reverses all axes, however many there are."),
        ("reorder_axes", "put axes in another order",
         "PyTorch's `transpose` swaps just two: the word here is `permute`."),
        ("add_axis", "a new axis of length 1", "`x[None]` works on all sides."),
        ("drop_axis", "drop an axis of length 1"),
        ("flatten", "flatten all but the batch axis",
         "`torch.flatten` without `start_dim=1` eats the batch as well. A Keras functional model needs the layer."),
        ("join", "join along an axis that exists"),
        ("stack", "join along a new axis"),
        ("split_in_3", "cut into 3 pieces",
         "PyTorch's number is the size of a piece, TensorFlow's the number of pieces."),
        ("tile", "the whole array again and again", "PyTorch's `repeat` is TensorFlow's `tile`."),
        ("repeat_each", "each element again and again", "TensorFlow's `repeat` is PyTorch's `repeat_interleave`."),
        ("broadcast", "repeat without a copy of the data", "`tf.broadcast_to` does copy."),
        ("flip", "turn an axis around"),
        ("roll", "shift along an axis, the end comes in at the front"),
        ("pad_end", "add 2 zeros after the last axis",
         "PyTorch counts axes from the last, TensorFlow from the first."),
    ),
    *_topic(
        "Pick and place",
        ("rows_by_number", "rows by their numbers",
         "`torch.gather` is in the next row. -1: the last row; in TensorFlow an error (on a GPU, zeros)."),
        ("one_per_row", "one element of each row", "-1: an error in PyTorch and TensorFlow, in Keras the last."),
        ("choose", "from one array or the other, by a condition"),
        ("keep_where", "the elements where a condition holds", "The result's length depends on the values."),
        ("positions", "where a condition holds, as indices"),
        ("set_row", "write a part", "Only PyTorch writes in place; the others give back a new array."),
        ("sort_down", "sort, largest first",
         "PyTorch's `sort` returns values and indices. A NaN comes first there; the others promise nothing."),
        ("sort_order", "the order that sorts",
         "Ties: only `stable=True` keeps their order in PyTorch. A NaN comes last there; the others promise nothing."),
        ("top_2", "the largest two", "Ties: TensorFlow takes the first, PyTorch any. A NaN is largest in PyTorch."),
        ("largest_at", "where the largest is",
         "Without an axis PyTorch flattens, TensorFlow takes axis 0. A NaN is largest in PyTorch."),
        ("one_hot", "class numbers to one-hot rows",
         "PyTorch gives integers, the others float32. Class -1, or one too large: an error in PyTorch, a row of zeros "
         "in the others."),
        ("lower_triangle", "zero above the diagonal"),
    ),
    *_topic(
        "Numbers",
        ("matrix_product", "matrix product"),
        ("batch_of_products", "one matrix product for each example"),
        ("einsum", "any product and sum, by letters"),
        ("sum_rows", "sum along an axis", "Of uint8: 200 + 100 is 300, in TensorFlow 44."),
        ("mean_keep_axis", "mean, the axis kept with length 1",
         "`keepdim` in PyTorch, `keepdims` elsewhere. Of integers: an error in PyTorch, cut off in TensorFlow."),
        ("largest", "maximum along an axis",
         "PyTorch's `max(dim=1)` returns values and indices; `amax` only values."),
        ("std", "standard deviation, divided by n", "PyTorch divides by n − 1 unless told otherwise."),
        ("sample_std", "the same, divided by n − 1",
         "TensorFlow and Keras have no switch. Of one number: NaN in PyTorch, an error in the others."),
        ("running_sum", "sums so far",
         "Of uint8: 200, then 300 in PyTorch, 44 in the others. Of float32: PyTorch adds in float64."),
        ("clip", "keep within limits"),
        ("length", "length of each row"),
        ("logsumexp", "logarithm of a sum of exponentials, without overflow"),
        ("inverse", "inverse of a matrix"),
        ("solve", "solve a linear system", "TensorFlow wants a matrix on the right-hand side."),
        ("singular_values", "singular values"),
    ),
    *_topic(
        "Layers",
        ("dense", "a fully connected layer", "PyTorch stores its weight as (out, in)."),
        ("relu", "ReLU"),
        ("leaky_relu", "leaky ReLU",
         "By default 0.01 in PyTorch, 0.2 in `tf.nn` and `ops`, 0.3 in Keras's layer.", 1e-7),
        ("gelu", "GELU, exact", "`ops.gelu` approximates unless told. TensorFlow rounds √½ to float32.", 1e-7),
        ("softmax", "softmax", "PyTorch wants the axis; the others take the last."),
        ("log_softmax", "logarithm of softmax"),
        ("embedding", "look up vectors by token number",
         "-1: an error in PyTorch and TensorFlow, in Keras the last."),
        ("layer_norm", "layer normalization",
         "The default epsilon is 1e-5 in PyTorch and 1e-3 in Keras. Of integers: an error in PyTorch, cut off in Keras."),
        ("dropout_off", "dropout in evaluation",
         "Modules follow `model.eval()`, Keras layers the argument `training`."),
        ("conv", "convolution of images", "NCHW and kernel (out, in, h, w) against NHWC and (h, w, in, out)."),
        ("conv_same", "convolution that keeps the size",
         "At stride 2 PyTorch refuses `same`, TensorFlow may pad unevenly."),
        ("max_pool", "maximum of each 2 × 2 square", "A NaN stays one in PyTorch; the others may lose it."),
        ("mean_pool", "mean of each 2 × 2 square",
         "Of int64: cut off in PyTorch. Of other integers, and in the others, an error."),
        ("mean_of_image", "mean over the image, one number a channel",
         "Of integers: an error in PyTorch, cut off in TensorFlow."),
        ("pad_image", "a border of zeros"),
        ("enlarge", "twice as large, nearest neighbor"),
        ("attention", "scaled dot-product attention", "The keys have 4 features: 2 is the root of that."),
        ("count_parameters", "the number of parameters of a layer",
         "Keras counts what is stored and not trained too: see lesson 5b."),
    ),
    *_topic(
        "Losses",
        ("cross_entropy", "cross-entropy of logits and classes",
         "Keras takes probabilities unless told not to. Label -100: PyTorch leaves the example out, on a CPU the others "
         "refuse. An empty batch: NaN, in Keras an empty array."),
        ("binary_cross_entropy", "the same for yes and no",
         "Target first in TensorFlow and Keras, last in PyTorch. Shapes (n, 1) and (n,): an error, but Keras takes n. "
         "An empty batch: NaN, in Keras an empty array."),
        ("squared_error", "mean squared error",
         "Shapes (n, 1) and (n,): PyTorch warns and TensorFlow does not, both take n · n differences; Keras takes n. Of "
         "integers: an error in PyTorch, cut off in TensorFlow. An empty batch: NaN, in Keras an empty array."),
        ("absolute_error", "mean absolute error",
         "Shapes, integers and an empty batch: as in the row above."),
        ("huber", "Huber loss",
         "Shapes (n, 1) and (n,): PyTorch warns and takes n · n differences, Keras takes n. An empty batch: NaN, in Keras "
         "an empty array."),
    ),
    *_topic(
        "Gradients and mapping",
        ("gradient", "gradient of a scalar",
         "PyTorch adds to `.grad`; a tape returns the gradient and is used up. Toward integers: an error in PyTorch, None "
         "from a tape."),
        ("stop_gradient", "treat a factor as a constant", "Toward integers: as in the row above."),
        ("sgd_step", "one step of gradient descent"),
        ("jacobian", "Jacobian of a function of a vector", "Toward integers: an error in PyTorch, None from a tape."),
        ("map_over_batch", "turn a function of one example into one of a batch"),
        ("clip_gradients", "scale gradients to a total norm of at most 1",
         "`clip_grad_norm_` does it in place, and divides by the norm + 1e-6. One infinite gradient: TensorFlow makes all "
         "NaN, PyTorch that one, and the others 0."),
    ),
)
