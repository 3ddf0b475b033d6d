# %% [markdown]
# # 12b. What can be built: the article's projects
#
# Five projects that the article names: the idea of each, written in both frameworks in a few lines and compared, beside what
# has become of the package.
#
# > **Minutes**: 50 &nbsp; **Needs**: chapters 5 and 6
# >
# > **You will be able to**
# > - tell what a package is before you install it
# > - draw a posterior, and say what variational inference gets wrong
# > - train an agent from a log of somebody else's actions
# > - train a network on melodies, and find out how much it copies
# > - write one network in PyTorch, Keras and Sonnet, and as a config
# >
# > **Claims tested**: C60, C61, C62, C63, C64

# %% tags=["setup"]
from helpers import session
session.start("12b")
import importlib.metadata
import csv
import json
from importlib.util import find_spec
import numpy as np
from packaging.requirements import Requirement
from tqdm.auto import tqdm
from helpers import ROOT, build_dir, claims, data, exercises, parity, plots, process, show
from chapters.ch12 import cart, music, published
session.skip_where_missing("pyro", "gymnasium", "mido", "sonnet")

# %% tags=["torch", "setup"]
import torch
import torch.nn.functional as F
from torch import nn
from helpers import torch_side

def dense_torch(arrays):                             # [(kernel, bias), ...]: dense layers with ReLU between them
    layers = [layer for kernel, _ in arrays for layer in (nn.Linear(*kernel.shape), nn.ReLU())][:-1]
    for layer, (kernel, bias) in zip(layers[::2], arrays):
        layer.weight, layer.bias = nn.Parameter(torch.tensor(kernel.T)), nn.Parameter(torch.tensor(bias))
    return nn.Sequential(*layers)

def gates_torch(kernel):                             # of a GRU: update, reset, candidate become reset, update, candidate
    z, r, n = np.split(kernel, 3, axis=1)
    return nn.Parameter(torch.tensor(np.concatenate([r, z, n], axis=1).T))

# %% tags=["tf", "setup"]
with session.quiet():
    import tensorflow as tf
from helpers import tf_side
tf.config.set_visible_devices([], "GPU")             # networks as small as this chapter's run faster on a CPU
cross_entropy_tf = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64")

def dense_tf(arrays):
    layers = [tf.keras.layers.Dense(len(bias), activation="relu", dtype="float64") for _, bias in arrays]
    layers[-1].activation = tf.keras.activations.linear
    model = tf.keras.Sequential([tf.keras.Input((len(arrays[0][0]),), dtype="float64"), *layers])
    model.set_weights([array for pair in arrays for array in pair])
    return model

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)
rng = np.random.default_rng(seed)
folder = build_dir() / "chapter-12b"
folder.mkdir(parents=True, exist_ok=True)
rate, betas = float(np.float32(1e-3)), (float(np.float32(0.9)), float(np.float32(0.999)))  # as Keras rounds: chapter 6
digits = data.digits("float64")
x_train, x_test = digits.x_train.reshape(-1, 64), digits.x_test.reshape(-1, 64)

def arrays(*sizes):
    """Random kernels and biases, float64, for dense layers of these sizes (He et al., arXiv:1502.01852)."""
    return [(rng.normal(scale=(2 / a) ** 0.5, size=(a, b)), np.zeros(b)) for a, b in zip(sizes, sizes[1:])]

# %% [markdown]
# ## 12b.1 Five names
#
# The article of March 2024 recommends Pyro, Horizon, Magenta, Sonnet and Ludwig. A reader will try the obvious:
# `pip install` and the name, in small letters. We fetched what pip would have installed, in November 2026, and ran nothing:
# a [wheel](glossary.md#wheel) is a zip file, and what it says of itself can be read. `data/packages.csv` holds what stood
# there.
#
# The projects meant are on PyPI as `pyro-ppl`, `reagent` (Horizon's later name), `magenta`, `dm-sonnet` and `ludwig`.
#
# **Prediction 12b.1.** For how many of the five names as typed does pip bring a package that needs PyTorch or TensorFlow?

# %% tags=["predict"]
guess = ...            # 5, 4, 3 or 2
exercises.predict("12b.1", guess, among=[5, 4, 3, 2])

# %%
names = ["pyro", "horizon", "magenta", "sonnet", "ludwig"]
show.table(["name", "what it says it is", "requires"],
           [(f"`{name}`", published.told(name, "summary")[0], " ".join(published.frameworks(name)) or "neither")
            for name in names], caption="What pip install and the name brought in November 2026")
exercises.outcome("12b.1", sum(bool(published.frameworks(name)) for name in names))
(fig, ax), days = plots.figure(width=9, height=2.4), {}
meant = {"pyro-ppl": None, "ludwig": "0.11.0", "dm-sonnet": None, "magenta": None, "reagent": None}  # newest with a date
for k, (name, version) in enumerate(meant.items()):
    style = plots.TF if name in ("magenta", "dm-sonnet") else plots.TORCH
    day = days[name] = published.released(name, version)
    ax.plot([day, published.RECORDED], [k, k], color=plots.GRAY, linewidth=1)
    ax.plot([day], [k], style["marker"], color=style["color"], markersize=9, label=style["label"] if k in (0, 2) else "")
ax.axvline(np.datetime64("2024-03-07"), color="black", linewidth=1)
ax.text(np.datetime64("2024-03-07"), -0.9, "the article", ha="center")
ax.set(yticks=range(5), yticklabels=list(meant), ylim=(4.5, -0.6), xlabel="newest file of the last dated release (year)")
ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), title="built on")
plots.show(fig, alt="Five packages on a time axis, beside the article of March 2024: "
                    + ", ".join(f"{name} {day:%B %Y}" for name, day in days.items()))

# %% [markdown]
# ## 12b.2 Pyro: a posterior instead of a number
#
# Pyro finds a [posterior](glossary.md#posterior): which parameters are plausible, given data. To judge it, take a case
# with a known answer: a line through twelve points, known noise σ, normal priors of width τ. The posterior is then normal
# with [precision](https://en.wikipedia.org/wiki/Bayesian_linear_regression) $\Lambda = X^T X / \sigma^2 + I / \tau^2$.
#
# First without a library: Hamiltonian [Monte Carlo](glossary.md#markov-chain-monte-carlo) rolls a ball. The parameters are
# its place, minus the log probability its height. Kick it at random, follow it for some steps, stay where it is, unless a
# coin refuses (which removes the error of finite steps). All it needs is a [gradient](glossary.md#gradient). Kicks and
# coins come from NumPy.

# %%
noise, prior = 0.5, 3.0                              # σ and τ
x = np.linspace(1, 3, 12)
y = 1 + 0.8 * x + noise * rng.normal(size=12)
design = np.stack([np.ones(12), x], axis=1)          # columns: intercept and slope
precision = design.T @ design / noise ** 2 + np.eye(2) / prior ** 2
covariance = np.linalg.inv(precision)
mean = covariance @ design.T @ y / noise ** 2        # of the exact posterior
spread = np.sqrt(np.diag(covariance))                # its standard deviations
draws, step, leaps = (250 if fast else 1500), 0.09, 10
kicks, coins = rng.normal(size=(draws, 2)), rng.random(draws)
steps, particles = (600 if fast else 3000), 8        # for variational inference, below
shrink = 0.05 ** (1 / steps)                         # its rate falls to a twentieth
print(f"exact posterior: intercept {mean[0]:.2f} ± {spread[0]:.2f}, slope {mean[1]:.2f} ± {spread[1]:.2f}")

# %% tags=["torch"]
X_torch, y_torch = torch.from_numpy(design), torch.from_numpy(y)

def height_torch(w):                                 # minus log of prior times likelihood, without constants
    misfit = (y_torch - X_torch @ w) / noise
    return ((w / prior) ** 2).sum() / 2 + (misfit ** 2).sum() / 2

def fly_torch(w, kick):                              # the leapfrog method: half a push, a step, a push, a step, ...
    place, speed = w, kick
    for leap in range(leaps + 1):
        slope = torch.func.grad(height_torch)(place)
        speed = speed - (step if 0 < leap < leaps else step / 2) * slope
        place = place + step * speed if leap < leaps else place
    return place, height_torch(w) + (kick ** 2).sum() / 2 - height_torch(place) - (speed ** 2).sum() / 2

w_torch, chain_torch = torch.zeros(2, dtype=torch.float64), []
for kick, coin in zip(torch.from_numpy(kicks), coins):
    place, gain = fly_torch(w_torch, kick)
    w_torch = place if np.log(coin) < float(gain) else w_torch
    chain_torch.append(torch_side.to_numpy(w_torch))

# %% tags=["tf"]
X_tf, y_tf = tf.constant(design), tf.constant(y)

def height_tf(w):
    misfit = (y_tf - tf.linalg.matvec(X_tf, w)) / noise
    return tf.reduce_sum((w / prior) ** 2) / 2 + tf.reduce_sum(misfit ** 2) / 2
@tf.function
def fly_tf(w, kick):
    place, speed = w, kick
    for leap in range(leaps + 1):
        with tf.GradientTape() as tape:
            tape.watch(place)
            height = height_tf(place)
        speed = speed - (step if 0 < leap < leaps else step / 2) * tape.gradient(height, place)
        place = place + step * speed if leap < leaps else place
    return place, height_tf(w) + tf.reduce_sum(kick ** 2) / 2 - height - tf.reduce_sum(speed ** 2) / 2
w_tf, chain_tf = tf.zeros(2, tf.float64), []
for kick, coin in zip(tf.constant(kicks), coins):
    place, gain = fly_tf(w_tf, kick)
    w_tf = place if np.log(coin) < float(gain) else w_tf
    chain_tf.append(tf_side.to_numpy(w_tf))

# %% tags=["verdict"]
parity.verdict("every place of the two chains", np.array(chain_torch), np.array(chain_tf), atol=1e-8)
chain = np.array(chain_torch)[50:]                   # the first draws are still on their way from (0, 0)
close = abs(chain.mean(0) - mean) / spread           # in posterior standard deviations
print("the chain's means lie within half a standard deviation of the exact ones:", bool((close < 0.5).all()))

# %% [markdown]
# Randomness is only numbers: given the same ones, both compute the same chain.
#
# [Variational inference](glossary.md#variational-inference) asks for less: the best distribution of a simple family. The
# usual family, also Pyro's `AutoDiagonalNormal`, is normal and treats the parameters as independent ("mean field"). Ours
# are not: a steeper line must start lower. The gradient of the fit comes through the samples: draw noise, scale and shift
# it, and differentiate by scale and shift.
#
# **Prediction 12b.2.** How wide will the mean field's distribution of the slope be, compared with the exact posterior's?

# %% tags=["predict"]
guess = ...            # one of the three below
exercises.predict("12b.2", guess, among=["as wide", "far wider", "far narrower"])

# %% tags=["torch"]
import pyro
import pyro.distributions as dist
from pyro.infer import MCMC, NUTS, SVI, Trace_ELBO
from pyro.infer.autoguide import AutoDiagonalNormal

def line(x, y):                                      # how data comes about: priors, then observations
    w = pyro.sample("w", dist.Normal(torch.zeros(2, dtype=torch.float64), prior).to_event(1))
    with pyro.plate("points", len(x)):
        pyro.sample("y", dist.Normal(w[..., 0] + w[..., 1] * x, noise), obs=y)

pyro.set_rng_seed(seed)
pyro.clear_param_store()
guide = AutoDiagonalNormal(line)
elbo = Trace_ELBO(num_particles=particles, vectorize_particles=True, max_plate_nesting=1)
svi = SVI(line, guide, pyro.optim.ClippedAdam({"lr": 0.05, "lrd": shrink}), elbo)
for _ in range(steps):
    svi.step(torch.from_numpy(x), y_torch)
mean_torch = torch_side.to_numpy(guide.loc)
width_torch = torch_side.to_numpy(guide.scale)

# %% tags=["tf"]
loc, log_scale = tf.Variable(np.zeros(2)), tf.Variable(np.full(2, -2.0))
adam = tf.keras.optimizers.Adam(tf.keras.optimizers.schedules.ExponentialDecay(0.05, 1, shrink))

@tf.function
def improve(draw):                                   # draw (particles, 2): standard normal numbers
    with tf.GradientTape() as tape:
        w = loc + tf.exp(log_scale) * draw
        elbo = -tf.reduce_mean(tf.map_fn(height_tf, w)) + tf.reduce_sum(log_scale)
        loss = -elbo
    adam.apply_gradients(zip(tape.gradient(loss, [loc, log_scale]), [loc, log_scale]))

for draw in tf.random.stateless_normal((steps, particles, 2), (seed, 0), dtype=tf.float64):
    improve(draw)
mean_tf = tf_side.to_numpy(loc)
width_tf = np.exp(tf_side.to_numpy(log_scale))

# %% tags=["verdict"]
field = 1 / np.sqrt(np.diag(precision))              # the best mean field, in closed form: see the text below
exercises.outcome("12b.2", exercises.first_true({"far narrower": width_torch[1] < 0.6 * spread[1],
                                                 "far wider": width_torch[1] > 1.6 * spread[1], "as wide": True}))
parity.verdict("widths by Pyro and by hand, as shares of the best mean field's", width_torch / field, width_tf / field,
               atol=0.25)
parity.verdict("their means, in standard deviations of the posterior", mean_torch / spread, mean_tf / spread, atol=1.0)
found = bool((abs(width_torch / field - 1) < 0.2).all())
requirements = [Requirement(text).name for text in importlib.metadata.requires("pyro-ppl")]
claims.verdict("C60", {"the package installed here requires torch": "torch" in requirements,
                       "what it learns are tensors": isinstance(guide.loc, torch.Tensor),
                       "it finds the best mean field, widths within a fifth": found},
               f"pyro-ppl {'requires' if 'torch' in requirements else 'does not require'} torch, and "
               f"{'found' if found else 'missed'} an answer that is known in closed form")

# %% [markdown]
# The mean field tells the slope's width when the intercept is *known*: its best is $1/\sqrt{\Lambda_{ii}}$, the exact
# one $\sqrt{(\Lambda^{-1})_{ii}}$. Where parameters depend on each other it is too sure of itself, and nothing warns you.
#
# Pyro's other engine, NUTS, is Hamiltonian Monte Carlo that chooses step and length itself. The *model* stays the same
# function: the point of a probabilistic language. TensorFlow's counterpart is
# [TensorFlow Probability](https://www.tensorflow.org/probability): `pip install --no-deps tf-keras==2.21.0`, then
# `pip install tensorflow-probability==0.25.0`.

# %%
nuts_torch = MCMC(NUTS(line), num_samples=200 if fast else 1000, warmup_steps=100 if fast else 300, disable_progbar=True)
nuts_torch.run(torch.from_numpy(x), y_torch)
nuts = torch_side.to_numpy(nuts_torch.get_samples()["w"])
fig, (left, right) = plots.figure(1, 2, width=10, height=3.6)
left.plot(*chain.T, ".", color=plots.OTHER["color"], markersize=3, label="by hand (HMC)")
left.plot(*nuts.T, "+", color=plots.TORCH["color"], markersize=5, label="Pyro's NUTS")
turn = np.stack([np.cos(np.linspace(0, 2 * np.pi, 200)), np.sin(np.linspace(0, 2 * np.pi, 200))])
left.plot(*(mean[:, None] + 2.45 * np.linalg.cholesky(covariance) @ turn), color="black", label="exact, 95 %")
left.plot(*(mean_torch[:, None] + 2.45 * width_torch[:, None] * turn), "--", color="black", label="mean field, 95 %")
left.set(xlabel="intercept", ylabel="slope", title="the posterior")
left.legend(fontsize=8)
right.plot(x, y, "o", color=plots.GRAY)
for w in nuts[:: len(nuts) // 50]:
    right.plot(x, design @ w, color=plots.TORCH["color"], alpha=0.15, linewidth=1)
right.set(xlabel="x", ylabel="y", title="50 lines that the data allows, by NUTS")
plots.show(fig, alt="Left: draws by hand and by NUTS, slope against intercept, with the 95 % ellipses of exact posterior "
                    "and mean field. Right: twelve points and fifty lines that NUTS drew.")
print("widths by NUTS over the exact ones, measured:", *(nuts.std(0) / spread).round(2))

# %% [markdown]
# ## 12b.3 Horizon: learning from a log
#
# Horizon was Facebook's platform for [reinforcement learning](glossary.md#reinforcement-learning) on *logged* data: what a
# system did, and what happened next. It became ReAgent, which is
# [archived](https://github.com/facebookresearch/ReAgent) and points to its successor, Pearl. ReAgent has one release on
# PyPI. Can that be imported? Compare what its modules import with what its wheel holds.

# %% tags=["verdict"]
lacking = sorted(set(published.told("reagent", "imports")) - set(published.told("reagent", "holds")))
print("reagent 0.1 imports, but does not hold:", ", ".join(lacking))
claims.verdict("C61", {"the package `horizon` needs PyTorch": "torch" in published.frameworks("horizon"),
                       "the package `reagent` holds all that it imports": not lacking},
               f"`horizon` on PyPI is {published.told('horizon', 'summary')[0]}; ReAgent's wheel lacks {lacking[0]}")

# %% [markdown]
# Its task is alive. CartPole: keep a pole upright by pushing its cart left or right, for at most 500 steps. From a log of
# random pushes alone an agent shall learn to balance.
#
# $Q(s, a)$ estimates how long the pole stays up, discounted. It should equal $1 + \gamma \max_{a'} Q(s', a')$, or 1 where
# the pole falls: it is trained towards that, computed by an older copy of itself. Chasing its own goal, it jumps up and
# down. So watch it on some games, keep the best, test on others.
#
# **Prediction 12b.3.** Same weights, same steps of the log, float64: for how many updates do the losses agree to six digits?

# %% tags=["predict"]
guess = ...            # one of the three below
exercises.predict("12b.3", guess, among=["fewer than 10", "10 to 100", "more than 100"])

# %%
updates, every, games = (1000, 100, 10) if fast else (10000, 250, 20)
discount, follow = 0.99, 0.01                        # γ, and how far the copy moves at each update
random_player, log = cart.play(lambda state: rng.integers(2, size=len(state)), 40, seed, steps=550)
log = [part[:20000] for part in log]                 # state, action, next state, and whether the pole fell
picks = rng.integers(len(log[0]), size=(updates // every, every, 64))    # which steps of the log each update looks at
start = arrays(4, 64, 64, 2)

def train(side, model, learn, act):
    """Learn from the log, now and then play some games, end with the weights that played best. Returns losses, rewards."""
    losses, watched, kept = [], [], None
    for k, chosen in enumerate(tqdm(picks, unit="part", leave=False)):
        losses.extend(map(float, learn(*(part[chosen] for part in log))))
        watched.append(cart.play(act, games, 1000 + seed + games * k)[0].mean())
        kept = side.get_weights(model) if watched[-1] == max(watched) else kept
    side.set_weights(model, kept)
    return np.array(losses), watched

# %% tags=["torch"]
q_torch, older_torch = dense_torch(start), dense_torch(start)
adam_torch = torch.optim.Adam(q_torch.parameters(), lr=rate, betas=betas, eps=1e-12)   # ε: see chapter 6
def learn_torch(*parts):                             # states, actions, next states, falls: (every, 64, ...)
    losses = []
    for state, action, after, fell in zip(*map(torch.from_numpy, parts)):
        with torch.no_grad():
            goal = 1 + discount * (1 - fell) * older_torch(after).max(1).values
        loss = F.huber_loss(q_torch(state).gather(1, action[:, None])[:, 0], goal)
        adam_torch.zero_grad()
        loss.backward()
        adam_torch.step()
        with torch.no_grad():
            for old, new in zip(older_torch.parameters(), q_torch.parameters()):
                old.lerp_(new, follow)
        losses.append(loss.detach())
    return losses
def act_torch(state):
    return torch_side.to_numpy(q_torch(torch.from_numpy(state)).argmax(1))
losses_torch, watched_torch = train(torch_side, q_torch, learn_torch, act_torch)

# %% tags=["tf"]
q_tf, older_tf = dense_tf(start), dense_tf(start)
adam_tf = tf.keras.optimizers.Adam(rate, *betas, epsilon=1e-12)
@tf.function
def learn_tf(states, actions, afters, falls):
    losses = tf.TensorArray(tf.float64, states.shape[0])
    for k in tf.range(states.shape[0]):
        goal = 1 + discount * (1 - falls[k]) * tf.reduce_max(older_tf(afters[k]), 1)
        with tf.GradientTape() as tape:
            loss = tf.keras.losses.huber(goal, tf.gather(q_tf(states[k]), actions[k], batch_dims=1))
        adam_tf.apply_gradients(zip(tape.gradient(loss, q_tf.trainable_variables), q_tf.trainable_variables))
        for old, new in zip(older_tf.trainable_variables, q_tf.trainable_variables):
            old.assign_add(follow * (new - old))
        losses = losses.write(k, loss)
    return losses.stack()
best_tf = tf.function(lambda state: tf.argmax(q_tf(state), 1))
def act_tf(state):
    return tf_side.to_numpy(best_tf(tf.constant(state)))
losses_tf, watched_tf = train(tf_side, q_tf, lambda *parts: learn_tf(*map(tf.constant, parts)), act_tf)

# %% tags=["verdict"]
apart = abs(losses_torch / losses_tf - 1) > 1e-6
together = int(apart.argmax()) if apart.any() else len(apart)
exercises.outcome("12b.3", exercises.first_true({"fewer than 10": together < 10, "10 to 100": together <= 100,
                                                 "more than 100": together > 100}))
parity.verdict("the losses of the first 100 updates", losses_torch[:100], losses_tf[:100], atol=1e-6)
floor = 40 if fast else 195                          # steps upright, mean over 100 games that it was not chosen by
tested_torch, tested_tf = (cart.play(act, 100, 10 ** 6 + seed)[0].mean() for act in (act_torch, act_tf))
for name, tested in (("PyTorch", tested_torch), ("TensorFlow", tested_tf)):
    print(f"{name}'s agent keeps the pole up for {'40' if fast else '195'} steps or more:", bool(tested >= floor))

# %%
fig, ax = plots.figure(width=9, height=3)
at = every * np.arange(1, len(picks) + 1)
for watched, tested, style in ((watched_torch, tested_torch, plots.TORCH), (watched_tf, tested_tf, plots.TF)):
    ax.plot(at, watched, **{**style, "label": f"{style['label']} (its best, tested: {tested:.0f})"})
ax.axhline(random_player.mean(), color=plots.GRAY, linewidth=1, label="the random player of the log")
ax.axhline(195, color="black", linestyle=":", linewidth=1, label="195: counts as solved")
if fast or find_spec("stable_baselines3") is None:
    print("Stable-Baselines3, the living library for such agents: NOT MEASURED. It needs fast = False above, and this:\n"
          "python -m pip install stable-baselines3==2.9.2")
else:
    from stable_baselines3 import PPO
    ppo = PPO("MlpPolicy", "CartPole-v1", seed=seed, device="cpu").learn(20000)    # it may play while it learns
    lasted, _ = cart.play(lambda s: ppo.predict((s * cart.SCALE).astype("float32"), deterministic=True)[0], 100, 10 ** 6)
    ax.axhline(lasted.mean(), color=plots.OTHER["color"], linestyle="-.", label="Stable-Baselines3 (PPO), tested")
ax.set(xlabel=f"updates ({together} of them with equal losses)", ylabel="steps upright (mean)", ylim=(0, 510))
ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plots.show(fig, alt=f"Steps upright against updates. Best watched: PyTorch {max(watched_torch):.0f}, TensorFlow "
                    f"{max(watched_tf):.0f}; the random player: {random_player.mean():.0f}.")

# %% [markdown]
# ## 12b.4 Magenta: a melody goes on
#
# Magenta made music with TensorFlow from 2016; its repository was [archived](https://github.com/magenta/magenta) in January
# 2026. Its first model, Melody RNN, writes a tune as events: a pitch begins, what sounds goes on, or silence. A
# [recurrent network](glossary.md#recurrent-network) predicts the next event; to compose, draw one and feed it back.
#
# Ours, a GRU with three [gates](glossary.md#gate) that PyTorch and Keras keep in another order, studies thirteen tunes in
# the public domain. It never sees the fourteenth, *Hänschen klein*; we give it two bars of that.
#
# **Prediction 12b.4.** It goes on for eight bars. How many of them stand, note for note, in a tune that it studied?

# %% tags=["predict"]
guess = ...            # one of the three below
exercises.predict("12b.4", guess, among=["none", "up to half of them", "more than half"])

# %%
tunes = music.tunes()
unseen = music.events(tunes.pop("Hänschen klein (Lightly row)"))
studied = [music.events(notes) for notes in tunes.values()]
signs = np.unique(np.concatenate([[music.HOLD, music.REST], unseen, *studied]))
rows = [np.searchsorted(signs, tune) for tune in studied]            # events as 0, 1, 2, ...
prompt = np.searchsorted(signs, unseen[:16])

def windows(many=16, length=48):
    """Pieces of tunes, each from the beginning of a bar: numbers (many, length + 1)."""
    chosen = [rows[k] for k in rng.choice(len(rows), many, p=[len(row) / sum(map(len, rows)) for row in rows])]
    begins = [8 * rng.integers((len(row) - length - 1) // 8 + 1) for row in chosen]
    return np.stack([row[at:at + length + 1] for row, at in zip(chosen, begins)])

units, bars, lessons = 64, 8, [windows() for _ in range(150 if fast else 600)]
dice = rng.random(8 * bars)                          # one number for each event that is drawn
shapes = {"kernel": (len(signs), 3 * units), "recurrent": (units, 3 * units)}
tables = {name: rng.normal(scale=shape[0] ** -0.5, size=shape) for name, shape in shapes.items()}
head, = arrays(units, len(signs))
music.player(music.notes(unseen), "Hänschen klein, which the network does not study")

# %% tags=["torch"]
gru_torch, head_torch = nn.GRU(len(signs), units, batch_first=True).double(), dense_torch([head])
gru_torch.weight_ih_l0, gru_torch.weight_hh_l0 = gates_torch(tables["kernel"]), gates_torch(tables["recurrent"])
gru_torch.bias_ih_l0.data.zero_(), gru_torch.bias_hh_l0.data.zero_()
adam_torch = torch.optim.Adam([*gru_torch.parameters(), *head_torch.parameters()], lr=5 * rate, betas=betas, eps=1e-12)
curve_torch, tune, state = [], list(prompt), None
for lesson in tqdm(map(torch.from_numpy, lessons), total=len(lessons), unit="step", leave=False):
    states, _ = gru_torch(F.one_hot(lesson[:, :-1], len(signs)).double())
    loss = F.cross_entropy(head_torch(states).flatten(0, 1), lesson[:, 1:].flatten())
    adam_torch.zero_grad()
    loss.backward()
    adam_torch.step()
    curve_torch.append(loss.item())
with torch.no_grad():                                # compose
    states, state = gru_torch(F.one_hot(torch.from_numpy(prompt)[None], len(signs)).double())
    for number in dice:
        chances = torch.softmax(head_torch(states[:, -1]), -1)[0]
        tune.append(int((torch.cumsum(chances, -1)[:-1] < number).sum()))
        states, state = gru_torch(F.one_hot(torch.tensor([tune[-1:]]), len(signs)).double(), state)
piece_torch = signs[tune]

# %% tags=["tf"]
gru_tf = tf.keras.layers.GRU(units, return_sequences=True, return_state=True, dtype="float64")
gru_tf.build((None, None, len(signs))), gru_tf.set_weights([*tables.values(), np.zeros((2, 3 * units))])
head_tf, adam_tf = dense_tf([head]), tf.keras.optimizers.Adam(5 * rate, *betas, epsilon=1e-12)
weights_tf = gru_tf.trainable_variables + head_tf.trainable_variables
@tf.function
def study(lesson):
    with tf.GradientTape() as tape:
        states, _ = gru_tf(tf.one_hot(lesson[:, :-1], len(signs), dtype=tf.float64))
        loss = cross_entropy_tf(tf.reshape(lesson[:, 1:], [-1]), head_tf(tf.reshape(states, [-1, units])))
    adam_tf.apply_gradients(zip(tape.gradient(loss, weights_tf), weights_tf))
    return loss
curve_tf = [float(study(tf.constant(lesson))) for lesson in tqdm(lessons, unit="step", leave=False)]
go_on = tf.function(lambda events, state: gru_tf(events, initial_state=state), reduce_retracing=True)
tune, state = list(prompt), tf.zeros((1, units), tf.float64)
states, state = go_on(tf.one_hot(prompt[None], len(signs), dtype=tf.float64), state)
for number in dice:
    chances = tf.nn.softmax(head_tf(states[:, -1]))[0]
    tune.append(int(tf.reduce_sum(tf.cast(tf.cumsum(chances)[:-1] < number, tf.int32))))
    states, state = go_on(tf.one_hot([tune[-1:]], len(signs), dtype=tf.float64), state)
piece_tf = signs[tune]

# %% tags=["verdict"]
parity.verdict("the losses of the first 50 steps", np.array(curve_torch[:50]), np.array(curve_tf[:50]), atol=1e-6)
print("the loss falls by half or more on both sides:",
      bool(max(np.mean(c[-10:]) for c in (curve_torch, curve_tf)) < 0.5 * min(curve_torch[0], curve_tf[0])))
fits = [len(piece) == 16 + 8 * bars and np.isin(piece, signs).all() and (piece[:16] == unseen[:16]).all()
        for piece in (piece_torch, piece_tf)]
print("both pieces begin as they were told and go on for as long as asked:", all(map(bool, fits)))

# %%
texts, text = (["".join(f"{event}," for event in tune) for tune in group] for group in (
    studied, piece_torch[16:].reshape(bars, 8)))
copied = sum(any(bar in whole for whole in texts) for bar in text)
exercises.outcome("12b.4", "none" if not copied else "up to half of them" if 2 * copied <= bars else "more than half")
print(f"{copied} of {bars} bars; both frameworks agree on {int((piece_torch == piece_tf).sum()) - 16} of {8 * bars} events.",
      "Set fast = False to let it study longer, and count again." if fast else "")
fig, ax = plots.figure(width=10, height=3)
for piece, style, lift in ((piece_torch, plots.TORCH, 0.12), (piece_tf, plots.TF, -0.12)):
    ends = np.cumsum([eighths for _, eighths in music.notes(piece)])
    for (pitch, eighths), end in zip(music.notes(piece), ends):
        if pitch is not None:
            ax.plot([end - eighths + 0.1, end - 0.1], [pitch + lift] * 2, color=style["color"], linewidth=3)
    ax.plot([], [], color=style["color"], linewidth=3, label=style["label"])
ax.axvspan(0, 16, color=plots.GRAY, alpha=0.15)
ax.set(xlabel="time (eighth notes); gray: what was given", ylabel="pitch", xticks=range(0, len(piece_torch) + 1, 8),
       yticks=signs[2::2], yticklabels=[music.name(pitch) for pitch in signs[2::2]])
ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plots.show(fig, alt="A piano roll: two given bars, then eight composed ones, PyTorch's notes beside TensorFlow's.")
music.player(music.notes(piece_torch), "Two bars of Hänschen klein, and how the network goes on")

# %% tags=["verdict"]
music.save_midi(music.notes(piece_torch), folder / "continued.mid")      # any music program opens it
heard, written = (music.events(notes) for notes in (music.load_midi(folder / "continued.mid"), music.notes(piece_torch)))
parity.verdict("events written to a MIDI file and read back", heard, written[:len(heard)])
asked = {Requirement(text).name: Requirement(text).specifier for text in published.told("magenta", "requires")}
day = published.released("magenta")
claims.verdict("C62", {"its last release accepts this TensorFlow": asked["tensorflow"].contains(tf.__version__),
                       "it was released within two years before November 2026": (published.RECORDED - day).days < 730},
               f"magenta's last release asks for tensorflow{asked['tensorflow']} and is from {day:%B %Y}")

# %% [markdown]
# ## 12b.5 Sonnet: modules without a compile
#
# DeepMind wrote Sonnet for its research on TensorFlow; its newer libraries are for JAX. A Sonnet module makes its variables
# when it is first called, in the dtype of its input, and has no `fit` and no `compile`: loops are written by hand, as in
# PyTorch. Three libraries, one network for the digits, the same weights and batches:

# %%
given, learning_rate = arrays(64, 32, 10), float(np.float32(0.2))
batches = [batch for epoch in range(10 if fast else 30) for batch in data.batches(x_train, digits.y_train, 64, seed, epoch)]

# %% tags=["torch"]
mlp_torch = dense_torch(given)
sgd_torch = torch.optim.SGD(mlp_torch.parameters(), learning_rate)
for pictures, labels in batches:
    loss = F.cross_entropy(mlp_torch(torch.from_numpy(pictures)), torch.from_numpy(labels))
    sgd_torch.zero_grad()
    loss.backward()
    sgd_torch.step()
logits_torch = torch_side.to_numpy(mlp_torch(torch.from_numpy(x_test)))

# %% tags=["tf"]
import sonnet as snt

mlp_tf, mlp_sonnet = dense_tf(given), snt.nets.MLP([32, 10])         # ReLU between the layers is MLP's default
mlp_tf.compile(tf.keras.optimizers.SGD(learning_rate), cross_entropy_tf)
sgd_sonnet = snt.optimizers.SGD(learning_rate)
mlp_sonnet(x_test[:1])                               # the first call makes the variables
for layer, (kernel, bias) in zip(mlp_sonnet.submodules, given):
    layer.w.assign(kernel), layer.b.assign(bias)

@tf.function
def step_sonnet(pictures, labels):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, mlp_sonnet(pictures)))
    sgd_sonnet.apply(tape.gradient(loss, mlp_sonnet.trainable_variables), mlp_sonnet.trainable_variables)

for pictures, labels in batches:
    mlp_tf.train_on_batch(pictures, labels)
    step_sonnet(tf.constant(pictures), tf.constant(labels))
logits_tf, logits_sonnet = tf_side.to_numpy(mlp_tf(x_test)), tf_side.to_numpy(mlp_sonnet(x_test))

# %% tags=["verdict"]
parity.verdict("test scores after training, PyTorch and Keras", logits_torch, logits_tf, atol=1e-5)
parity.verdict("test scores after training, Sonnet and Keras", logits_sonnet, logits_tf, atol=1e-5)
right = (logits_sonnet.argmax(1) == digits.y_test).mean()
day, gap = published.released("dm-sonnet"), abs(logits_sonnet - logits_tf).max()
claims.verdict("C63", {"it trains on this TensorFlow, to 70% of digits or more": bool(right >= 0.7),
                       "it was released within two years before November 2026": (published.RECORDED - day).days < 730},
               f"Sonnet's test scores {'equal' if gap <= 1e-5 else 'differ from'} Keras's within 1e-05; its last release is "
               f"from {day:%B %Y}")

# %% [markdown]
# ## 12b.6 Ludwig: a config instead of code
#
# Uber's Ludwig trains a model from a file that names columns and their types. The article calls it a TensorFlow toolbox. It
# was one, once: read the requirements of its releases. The config is the whole program.
#
# Ludwig wants other releases of PyTorch and its companions than this course, so it lives in an environment of its own, which
# `make ludwig` prepares (Python 3.12, several gigabytes). Where that is there, the second cell hands the digits to Ludwig's
# command line, split by form as always.

# %% tags=["verdict"]
config = {"input_features": [{"name": "pixels", "type": "vector"}],
          "output_features": [{"name": "digit", "type": "category"}],
          "preprocessing": {"split": {"type": "fixed"}},
          "trainer": {"epochs": 10, "batch_size": 64, "learning_rate": 0.003}, "backend": "local"}
for version in ("0.4.1", "0.11.0", "0.17.10"):
    print("Ludwig", version, "requires", *published.frameworks("ludwig", version))
claims.verdict("C64", "tensorflow" in published.frameworks("ludwig"),
               f"Ludwig 0.4.1 ({published.released('ludwig', '0.4.1'):%B %Y}) required "
               f"{published.frameworks('ludwig', '0.4.1')[0]}, 0.17.10 requires {published.frameworks('ludwig')[0]}")

# %%
program = ROOT / ".venv" / "ludwig" / "bin" / "ludwig"
if not program.exists():
    print("training with Ludwig: NOT MEASURED, its environment is not there. To make it: make ludwig")
else:
    pixels = (16 * np.concatenate([x_train, x_test])).astype(int)
    written, part = np.concatenate([digits.y_train, digits.y_test]), np.repeat([0, 1, 2], [1287, 128, 382])
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with open(folder / "digits.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("pixels", "digit", "split"), *(
            (" ".join(map(str, row)), f"digit {label}", where) for row, label, where in zip(pixels, written, part))])
    done = process.command([program, "experiment", "--config", folder / "config.json", "--dataset", folder / "digits.csv",
                            "--output_directory", folder / "ludwig", "--skip_save_processed_input", "--random_seed", seed],
                           timeout=900, env={"OMP_NUM_THREADS": 1, "HF_HUB_OFFLINE": 1})
    found = sorted((folder / "ludwig").glob("*/test_statistics.json"), key=lambda path: path.stat().st_mtime)
    if done.returncode or not found:
        raise RuntimeError(f"Ludwig failed:\n{done.stderr[-2000:]}")
    accuracy = json.loads(found[-1].read_text(encoding="utf-8"))["digit"]["accuracy"]
    print(f"Ludwig, from the config alone, reads {accuracy:.0%} of forms that it has never seen")

# %% [markdown]
# ## 12b.7 Exercises
#
# ### Exercise 12b.1: a GRU cell, ported
# One step of a GRU, gates in PyTorch's order:
#
# ```python
# def cell(x, h, w, u):                     # w (a, 3b), u (b, 3b)
#     xr, xz, xn = torch.chunk(x @ w, 3, dim=1)
#     hr, hz, hn = torch.chunk(h @ u, 3, dim=1)
#     r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
#     n = torch.tanh(xn + r * hn)
#     return (1 - z) * n + z * h
# ```
#
# Write `answer(x, h, w, u)` in TensorFlow for kernels in *Keras's* order: update, reset, candidate.
#
# ### Exercise 12b.2: too sure of itself
# A posterior has the covariance `[[4, 3], [3, 9]]`. Give the standard deviations of the best mean field, an array.

# %% tags=["exercise"]
answer = ...           # a function of TensorFlow tensors x, h, w and u
# solution
def answer(x, h, w, u):
    xz, xr, xn = tf.split(x @ w, 3, axis=1)
    hz, hr, hn = tf.split(h @ u, 3, axis=1)
    r, z = tf.sigmoid(xr + hr), tf.sigmoid(xz + hz)
    n = tf.tanh(xn + r * hn)
    return (1 - z) * n + z * h
# wrong: PyTorch's order
def answer(x, h, w, u):
    xr, xz, xn = tf.split(x @ w, 3, axis=1)
    hr, hz, hn = tf.split(h @ u, 3, axis=1)
    r, z = tf.sigmoid(xr + hr), tf.sigmoid(xz + hz)
    return (1 - z) * tf.tanh(xn + r * hn) + z * h
# wrong: keeps what it should replace
def answer(x, h, w, u):
    xz, xr, xn = tf.split(x @ w, 3, axis=1)
    hz, hr, hn = tf.split(h @ u, 3, axis=1)
    r, z = tf.sigmoid(xr + hr), tf.sigmoid(xz + hz)
    return z * tf.tanh(xn + r * hn) + (1 - z) * h
# wrong: before the product
def answer(x, h, w, u):
    xz, xr, xn = tf.split(x @ w, 3, axis=1)
    uz, ur, un = tf.split(u, 3, axis=1)
    r, z = tf.sigmoid(xr + h @ ur), tf.sigmoid(xz + h @ uz)
    return (1 - z) * tf.tanh(xn + (r * h) @ un) + z * h

# %% tags=["check"]
exercises.check("12b.1", answer)

# %% tags=["exercise"]
answer = ...           # an array of two numbers
# solution
answer = 1 / np.sqrt(np.diag(np.linalg.inv([[4.0, 3.0], [3.0, 9.0]])))
# wrong: the exact posterior's
answer = np.sqrt([4.0, 9.0])
# wrong: square root
answer = 1 / np.diag(np.linalg.inv([[4.0, 3.0], [3.0, 9.0]]))
# wrong: diagonal of the precision
answer = np.sqrt(np.diag(np.linalg.inv([[4.0, 3.0], [3.0, 9.0]])))

# %% tags=["check"]
exercises.check("12b.2", answer)

# %% [markdown]
# ### Exercise 12b.3: double Q-learning
# The maximum of noisy estimates is too large on average. Double Q-learning lets the *newest* network choose the action and
# the *older* copy say what it is worth. Write `answer(new, old, fell)` in PyTorch: the goals of `learn_torch`, (n,), from
# both networks' values for the next states, (n, 2), and from `fell`, (n,), which is 1 where the pole fell; γ is 0.99.
#
# ### Exercise 12b.4: in another key
# Write `answer(events, by)`: a tune of `music.events` with every pitch moved by so many semitones. `music.HOLD` and
# `music.REST` are events, too. The tune you are given must stay as it is.

# %% tags=["exercise"]
answer = ...           # a function of PyTorch tensors: new and old (n, 2), fell (n,)
# solution
def answer(new, old, fell):
    chosen = new.argmax(1, keepdim=True)
    return 1 + 0.99 * (1 - fell) * old.gather(1, chosen)[:, 0]
# wrong: the older copy chooses
def answer(new, old, fell):
    return 1 + 0.99 * (1 - fell) * old.max(1).values
# wrong: says what it is worth
def answer(new, old, fell):
    return 1 + 0.99 * (1 - fell) * new.gather(1, old.argmax(1, keepdim=True))[:, 0]
# wrong: after a fall
def answer(new, old, fell):
    return 1 + 0.99 * old.gather(1, new.argmax(1, keepdim=True))[:, 0]
# wrong: whole rows
def answer(new, old, fell):
    return (1 + 0.99 * (1 - fell[:, None]) * old[new.argmax(1)]).amax(1)

# %% tags=["check"]
exercises.check("12b.3", answer)

# %% tags=["exercise"]
answer = ...           # a function of an array of events and a whole number
# solution
def answer(events, by):
    return np.where(events > music.REST, events + by, events)
# wrong: hold and rest
def answer(events, by):
    return events + by
# wrong: rests
def answer(events, by):
    return np.where(events != music.HOLD, events + by, events)
# wrong: the tune that you were given
def answer(events, by):
    events[events > music.REST] += by
    return events
# wrong: other way
def answer(events, by):
    return np.where(events > music.REST, events - by, events)

# %% tags=["check"]
exercises.check("12b.4", answer)

# %% [markdown]
# ## 12b.8 Quiz
#
# Each option opens and says why it is right or wrong.

# %%
exercises.quiz("12b")

# %% [markdown]
# ## 12b.9 Verdicts
#
# Five projects: which are what the article says, which only run, and which are something else now?

# %%
claims.close("12b")

# %% [markdown]
# ## 12b.10 Summary and further reading
#
# - A package's name says little: read its metadata and dates before you install.
# - Give both frameworks the same random numbers: what then differs is the framework.
# - Mean-field inference is too sure where parameters depend on each other.
# - Choose an agent on some games, test it on others.
# - Ask how much of what a model makes is copied, as
#   [for language models](https://arxiv.org/abs/2202.07646).
# - Projects end, ideas stay.
#
# Further: [MCMC using Hamiltonian dynamics](https://arxiv.org/abs/1206.1901) (Neal),
# [Pyro's tutorials](https://pyro.ai/examples/), [double Q-learning](https://arxiv.org/abs/1509.06461) (van Hasselt et al.),
# [Horizon](https://arxiv.org/abs/1811.00260) (Gauci et al.),
# [offline reinforcement learning](https://arxiv.org/abs/2005.01643) (Levine et al.),
# [Ludwig](https://arxiv.org/abs/1909.07930) (Molino et al.). Next: chapter 14, choosing.
