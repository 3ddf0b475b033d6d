"""Sliders where somebody sits in front of a running notebook; elsewhere one line says where they would be."""
from helpers import show as notebook


def live():
    """Whether the calling cell was run from a notebook program that can move a slider, and not by a tool."""
    return notebook.cell_id() is not None


def panel(values, top, render):
    """Sliders from 0 to `top`, one for each name of values (name: where it starts), above what render says of them.

    render: dict of the present values -> HTML; it is called at once and after each move. Returns the widget.
    Raises ModuleNotFoundError where ipywidgets is not installed.
    """
    import ipywidgets
    moved = {name: ipywidgets.FloatSlider(value=start, min=0, max=top, step=0.5, description=name,
                                          style={"description_width": "20em"}, layout={"width": "40em"})
             for name, start in values.items()}
    said = ipywidgets.HTML()

    def update(_=None):
        said.value = render({name: slider.value for name, slider in moved.items()})
    for slider in moved.values():
        slider.observe(update, "value")
    update()
    return ipywidgets.VBox([*moved.values(), said])


def show(values, top, render):
    """Display `panel` where somebody can move it; else say in a line that there is nothing to move."""
    if not live():
        print("Nobody can move sliders here: the figure above shows the weights of this cell.")
        return
    from IPython.display import display
    display(panel(values, top, render))
