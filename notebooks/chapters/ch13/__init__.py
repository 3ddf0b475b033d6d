"""Chapter 13: a published model comes from one framework to the other."""
