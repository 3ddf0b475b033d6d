"""What `helpers.port` stands on: layers as formulas, and the causes of a difference."""
