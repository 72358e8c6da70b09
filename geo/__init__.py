"""Spatial facts: extents, tiles, clusters, files. Knows no table, page or request of ours."""
