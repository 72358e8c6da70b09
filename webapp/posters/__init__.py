"""Posters: printable pictures of a View, gathered from the database here and drawn by a process of their own."""
