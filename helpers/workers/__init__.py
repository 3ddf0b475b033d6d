"""Flat scripts that a chapter runs in child processes through `helpers.process`."""
