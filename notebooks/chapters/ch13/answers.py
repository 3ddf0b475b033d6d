"""Answers to the exercises of chapter 13, as learners write them: right, and wrong with what the check must say."""

# %% 13.1 right: NaN made 0
def answer(strength):
    decibels = 10 * torch.log10(strength**2 + 1e-10)
    above = decibels - decibels.amin(dim=(1, 2), keepdim=True)
    return torch.nan_to_num(above / above.amax(dim=(1, 2), keepdim=True))

# %% 13.1 right: the largest is never less than a little
def answer(strength):
    d = 20 * torch.log10(torch.sqrt(strength * strength + 1e-10))
    d = d - d.flatten(1).min(1).values[:, None, None]
    return d / d.flatten(1).max(1).values.clamp(min=1e-20)[:, None, None]

# %% 13.1 right: another logarithm, for the base cancels
def answer(strength):
    loud = torch.log(strength.square() + 1e-10)
    low, high = loud.amin((-2, -1), True), loud.amax((-2, -1), True)
    span = high - low
    return (loud - low) / span.where(span > 0, torch.ones_like(span))

# %% 13.1 right: a loop over the sounds
def answer(strength):
    found = []
    for sound in strength:
        above = 10 * torch.log10(sound**2 + 1e-10)
        above = above - above.min()
        found.append(above / above.max() if above.max() > 0 else above)
    return torch.stack(found)

# %% 13.1 right: a module
class Level(nn.Module):
    def forward(self, strength):
        above = torch.log10(strength.pow(2) + 1e-10)
        above = above - torch.amin(above, (1, 2), keepdim=True)
        most = torch.amax(above, (1, 2), keepdim=True)
        return torch.where(most > 0, above / most, 0.0)
answer = Level()

# %% 13.1 wrong: all sounds of the batch together
def answer(strength):
    above = torch.log10(strength**2 + 1e-10)
    above = above - above.min()
    return torch.nan_to_num(above / above.max())

# %% 13.1 wrong: gives 0, not 1
def answer(strength):
    above = torch.log10(strength**2 + 1e-10)
    above = above - above.amin((1, 2), keepdim=True)
    return torch.nan_to_num(above / above.amax((1, 2), keepdim=True), nan=1.0)

# %% 13.1 wrong: not scaled to 0 ... 1
def answer(strength):
    decibels = 10 * torch.log10(strength**2 + 1e-10)
    return decibels - decibels.amin((1, 2), keepdim=True)

# %% 13.1 wrong: each pitch by itself
def answer(strength):
    above = torch.log10(strength**2 + 1e-10)
    above = above - above.amin(1, keepdim=True)
    return torch.nan_to_num(above / above.amax(1, keepdim=True))

# %% 13.1 wrong: the 1e-10 is missing
def answer(strength):
    above = 20 * torch.log10(strength)
    above = above - above.amin((1, 2), keepdim=True)
    most = above.amax((1, 2), keepdim=True)
    return above / torch.where(most == 0, 1, most)

# %% 13.1 wrong: the lowest is not taken off
def answer(strength):
    above = 10 * torch.log10(strength**2 + 1e-10)
    most = above.amax((1, 2), keepdim=True)
    return above / torch.where(most == 0, 1, most)

# %% 13.1 wrong: is there a `return`?
def answer(strength):
    above = torch.log10(strength**2 + 1e-10)
    above = above - above.amin((1, 2), keepdim=True)
    torch.nan_to_num(above / above.amax((1, 2), keepdim=True))

# %% 13.1 wrong: where a PyTorch tensor is asked for
def answer(strength):
    above = np.log10(strength.numpy()**2 + 1e-10)
    above = above - above.min((1, 2), keepdims=True)
    return np.nan_to_num(above / above.max((1, 2), keepdims=True))

# %% 13.2 right: what NumPy says of float32
def answer(x, kernel):
    return len(kernel) * np.finfo(np.float32).eps * (np.abs(x) @ np.abs(kernel)).max()

# %% 13.2 right: row by row
def answer(x, kernel):
    most = 0.0
    for row in x:
        most = max(most, sum(abs(float(a) * float(b)) for a, b in zip(row, kernel)))
    return 2 * x.shape[1] * most / 2**24

# %% 13.2 right: the exact bound, with 1 - nu
def answer(x, kernel):
    nu = kernel.size * 2.0**-24
    return 2 * nu / (1 - nu) * float(np.max(np.sum(np.abs(x * kernel[None]), -1)))

# %% 13.2 right: in PyTorch
def answer(x, kernel):
    sizes = torch.tensor(x).abs() @ torch.tensor(kernel).abs()
    return 2 * len(kernel) * 2.0**-24 * sizes.max()

# %% 13.2 right: a norm
def answer(x, kernel):
    return 2 * kernel.shape[0] * 2.0**-24 * np.linalg.norm(x * kernel, ord=np.inf)

# %% 13.2 wrong: the result may be near 0
def answer(x, kernel):
    return 2 * len(kernel) * 2.0**-24 * np.abs((x * kernel).sum(1)).max()

# %% 13.2 wrong: rounding errs by half of it
def answer(x, kernel):
    return 2 * len(kernel) * np.finfo(np.float32).eps * np.abs(x * kernel).sum(1).max()

# %% 13.2 wrong: float64's rounding
def answer(x, kernel):
    return 2 * len(kernel) * 2.0**-53 * np.abs(x * kernel).sum(1).max()

# %% 13.2 wrong: that is float64's step
def answer(x, kernel):
    return 2 * len(kernel) * np.finfo(float).eps * np.abs(x * kernel).sum(1).max()

# %% 13.2 wrong: adds up all rows
def answer(x, kernel):
    return 2 * len(kernel) * 2.0**-24 * np.abs(x * kernel).sum()

# %% 13.2 wrong: the largest product
def answer(x, kernel):
    return 2 * len(kernel) * 2.0**-24 * np.abs(x * kernel).max()

# %% 13.2 wrong: return one number
def answer(x, kernel):
    return 2 * len(kernel) * 2.0**-24 * np.abs(x * kernel).sum(1)

# %% 13.2 wrong: not the mean
def answer(x, kernel):
    return 2 * len(kernel) * 2.0**-24 * np.abs(x * kernel).sum(1).mean()

# %% 13.2 wrong: a fixed number
def answer(x, kernel):
    return 0.00001

# %% 13.2 wrong: for 5 inputs and 6 rows it should be
def answer(x, kernel):
    return 2 * len(x) * 2.0**-24 * np.abs(x * kernel).sum(1).max()
