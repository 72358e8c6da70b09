"""Answers for machines: tiles, features, facets, files."""
