"""The checks of the exercises, one module a chapter: what is right, and which mistakes are likely."""
