"""The phrasebook's PyTorch column: a phrase is the body of a function. The other columns use the same names."""
import torch
import torch.nn.functional as F


# Make and convert
def zeros(): return torch.zeros(2, 3)
def full(): return torch.full((2, 3), 7.0)
def integers(): return torch.arange(0, 10, 2)
def evenly_spaced(): return torch.linspace(0, 1, 5)
def identity(): return torch.eye(3)
def ones_like(x): return torch.ones_like(x)
def cast(x): return x.to(torch.float32)
def to_numpy(x): return x.numpy(force=True)
def random_normal(): return torch.randn(2, 3).shape
def change_in_place(x, y): return x.clone().add_(y)

# Shape
def how_many(x): return x.numel()
def reshape(x): return x.reshape(2, -1)
def transpose(x): return x.T
def reorder_axes(seq): return seq.permute(2, 0, 1)
def add_axis(x): return x.unsqueeze(0)
def drop_axis(x): return x[:, :1].squeeze(1)
def flatten(seq): return seq.flatten(start_dim=1)
def join(x, y): return torch.cat([x, y], dim=1)
def stack(x, y): return torch.stack([x, y])
def split_in_3(x): return torch.split(x, 2, dim=1)
def tile(x): return x.repeat(2, 1)
def repeat_each(x): return x.repeat_interleave(2, dim=0)
def broadcast(b): return b.expand(4, 3)
def flip(x): return x.flip(1)
def roll(x): return x.roll(2, dims=1)
def pad_end(x): return F.pad(x, (0, 2))

# Pick and place
def rows_by_number(x, index): return x[index]
def one_per_row(x, label): return x.gather(1, label[:, None])
def choose(x, y): return torch.where(x > 0, x, y)
def keep_where(x): return x[x > 0]
def positions(x): return (x > 0).nonzero()
def set_row(x, b):
    x = x.clone()
    x[1, :3] = b
    return x
def sort_down(x): return x.sort(dim=1, descending=True).values
def sort_order(x): return x.argsort(dim=1)
def top_2(x): return x.topk(2).values
def largest_at(x): return x.argmax(dim=1)
def one_hot(label): return F.one_hot(label, 6)
def lower_triangle(square): return square.tril()

# Numbers
def matrix_product(x, w): return x @ w
def batch_of_products(seq): return seq @ seq.mT
def einsum(seq): return torch.einsum("bti,bsi->bts", seq, seq)
def sum_rows(x): return x.sum(dim=1)
def mean_keep_axis(x): return x.mean(dim=1, keepdim=True)
def largest(x): return x.amax(dim=1)
def std(x): return x.std(dim=1, correction=0)
def sample_std(x): return x.std(dim=1)
def running_sum(x): return x.cumsum(dim=1)
def clip(x): return x.clamp(-1, 1)
def length(x): return torch.linalg.vector_norm(x, dim=1)
def logsumexp(x): return x.logsumexp(dim=1)
def inverse(square): return torch.linalg.inv(square)
def solve(square, b): return torch.linalg.solve(square, b)
def singular_values(x): return torch.linalg.svdvals(x)

# Layers
def dense(x, w, b): return F.linear(x, w.T, b)
def relu(x): return F.relu(x)
def leaky_relu(x): return F.leaky_relu(x, 0.01)
def gelu(x): return F.gelu(x)
def softmax(x): return x.softmax(dim=1)
def log_softmax(x): return x.log_softmax(dim=1)
def embedding(tokens, table): return F.embedding(tokens, table)
def layer_norm(x): return F.layer_norm(x, x.shape[-1:])
def dropout_off(x): return F.dropout(x, 0.5, training=False)
def conv(image, kernel): return F.conv2d(image, kernel)
def conv_same(image, kernel): return F.conv2d(image, kernel, padding="same")
def max_pool(image): return F.max_pool2d(image, 2)
def mean_pool(image): return F.avg_pool2d(image, 2)
def mean_of_image(image): return image.mean(dim=(2, 3))
def pad_image(image): return F.pad(image, (1, 1, 1, 1))
def enlarge(image): return F.interpolate(image, scale_factor=2)
def attention(query, key): return F.scaled_dot_product_attention(query, key, key)

def count_parameters(): return sum(p.numel() for p in torch.nn.Linear(6, 3).parameters())

# Losses (means over the batch)
def cross_entropy(x, label): return F.cross_entropy(x, label)
def binary_cross_entropy(x, target): return F.binary_cross_entropy_with_logits(x, target)
def squared_error(x, y): return F.mse_loss(x, y)
def absolute_error(x, y): return F.l1_loss(x, y)
def huber(x, y): return F.huber_loss(x, y)

# Gradients and mapping
def gradient(x):
    x = x.clone().requires_grad_()
    torch.sum(x ** 3).backward()
    return x.grad
def stop_gradient(x):
    x = x.clone().requires_grad_()
    torch.sum(x * x.detach()).backward()
    return x.grad
def sgd_step(x):
    x = torch.nn.Parameter(x.clone())
    optimizer = torch.optim.SGD([x], lr=0.5)
    torch.sum(x ** 3).backward()
    optimizer.step()
    return x
def jacobian(b): return torch.func.jacrev(lambda v: torch.outer(v, v))(b)
def map_over_batch(seq): return torch.vmap(lambda one: one @ one.T)(seq)
def clip_gradients(x, y):
    norm = torch.nn.utils.get_total_norm([x, y])
    return [g / torch.clamp(norm, min=1) for g in (x, y)]
