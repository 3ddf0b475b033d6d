"""CartPole, many games side by side: the pole falls unless the cart is pushed to the right side at the right time.

What plays needs gymnasium, and imports it itself, so that this module can be imported without it.
"""
import functools
import importlib.util
from typing import NamedTuple

import numpy as np

SCALE = np.array([2.4, 2.0, 0.21, 2.0])
"""What the four numbers of a state are divided by: place (m), speed (m/s), angle (rad) and its speed (rad/s)."""


SOLVED = 475
"""Steps of 500, on average, at which Gymnasium calls CartPole-v1 solved (its `reward_threshold`; 195 is that of v0)."""


class Log(NamedTuple):
    """What was done and what came of it, step by step, one episode after the other; each array has one entry a step."""
    state: np.ndarray  # (n, 4) float64, scaled
    action: np.ndarray  # int64: 0 pushes to the left, 1 to the right
    after: np.ndarray  # (n, 4): the next state
    fell: np.ndarray  # float64: 1 where the pole fell or the cart left the track, else 0
    episode: np.ndarray  # int64: the number of the game, from 0

    def where(self, chosen):
        """The steps for which chosen, (n,) bool, is true, as a Log."""
        return Log(*(part[chosen] for part in self))


def record(act, games, first_seed, steps):
    """Play `games` side by side for `steps` pushes: act(states (games, 4), scaled) -> actions (games,), 0 or 1. A Log.

    A game that ends is followed by another. The log has no step that only restarts a game, and no game without a fall:
    none that reached the limit of 500 steps, and none that was still going on.
    """
    import gymnasium
    cart = gymnasium.make_vec("CartPole-v1", num_envs=games)
    state, _ = cart.reset(seed=first_seed)
    number, restart, log = np.zeros(games, int), np.zeros(games, bool), []
    for _ in range(steps):
        action = np.asarray(act(state / SCALE))
        after, _, fell, ended, _ = cart.step(action)
        row = state / SCALE, action, after / SCALE, fell.astype(float), number, np.arange(games)
        log.append([part[~restart] for part in row])
        restart = fell | ended
        state, number = after, number + restart
    cart.close()
    *parts, number, game = (np.concatenate(part) for part in zip(*log))
    _, episode = np.unique(game * (steps + 1) + number, return_inverse=True)
    finished = np.isin(episode, episode[parts[3] > 0])
    in_order = np.argsort(episode, kind="stable")
    in_order = in_order[finished[in_order]]
    _, renumbered = np.unique(episode[in_order], return_inverse=True)
    return Log(*(part[in_order] for part in parts), renumbered)


def lasted(act, games, first_seed, steps=500):
    """How many steps each of `games` lasts when act plays it (as in `record`): an array (games,), at most `steps`."""
    import gymnasium
    cart = gymnasium.make_vec("CartPole-v1", num_envs=games)
    state, _ = cart.reset(seed=first_seed)
    counted, alive = np.zeros(games), np.ones(games, bool)
    for _ in range(steps):
        state, _, fell, ended, _ = cart.step(np.asarray(act(state / SCALE)))
        counted += alive
        alive &= ~(fell | ended)
        if not alive.any():
            break
    cart.close()
    return counted


def each_lasted(choices, agents, games, first_seed):
    """`lasted` for each of some agents: choices(agent, states) -> actions. A list of arrays (games,)."""
    return [lasted(functools.partial(choices, agent), games, first_seed) for agent in agents]


def worth(steps, discount):
    """What games of so many steps are worth from their beginning: 1 + discount + discount**2 + ..., an array like steps."""
    return (1 - discount ** np.asarray(steps)) / (1 - discount)


def has_stable_baselines():
    """Whether Stable-Baselines3 is installed."""
    return importlib.util.find_spec("stable_baselines3") is not None


def stable_baselines(seed):
    """Train Stable-Baselines3's PPO for 20,000 pushes, playing: how long each of 100 other games lasts, (100,)."""
    from stable_baselines3 import PPO
    agent = PPO("MlpPolicy", "CartPole-v1", seed=seed, device="cpu").learn(20000)

    def act(states):
        return agent.predict((states * SCALE).astype("float32"), deterministic=True)[0]

    return lasted(act, 100, 10**6 + seed)
