"""CartPole, many games side by side: the pole falls unless the cart is pushed to the right side at the right time."""
import numpy as np

SCALE = np.array([2.4, 2.0, 0.21, 2.0])
"""What the four numbers of a state are divided by: place (m), speed (m/s), angle (rad) and its speed (rad/s)."""


def play(act, games, first_seed, steps=500):
    """Play `games` side by side for `steps` pushes: act(states (games, 4) float64, scaled) -> actions (games,), 0 or 1.

    Returns the steps that each first game lasted, (games,), at most 500, and the log of all that happened: states,
    actions, next states, and 1.0 where the pole fell or the cart left the track, else 0.0. A game that ends is followed
    by another; the step that only restarts it is not in the log. Needs gymnasium.
    """
    import gymnasium  # here, so that this module can be imported without it
    cart = gymnasium.make_vec("CartPole-v1", num_envs=games)
    state, _ = cart.reset(seed=first_seed)
    lasted, alive, restart, log = np.zeros(games), np.ones(games, bool), np.zeros(games, bool), []
    for _ in range(steps):
        action = np.asarray(act(state / SCALE))
        after, _, fell, ended, _ = cart.step(action)
        log.append([part[~restart] for part in (state / SCALE, action, after / SCALE, fell.astype(float))])
        lasted += alive
        state, restart, alive = after, fell | ended, alive & ~(fell | ended)
    cart.close()
    return lasted, [np.concatenate(parts) for parts in zip(*log)]
