"""Choices over the whole bank: frameworks, coverage, gaps, loops. Values in, values out."""
