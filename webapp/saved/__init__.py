"""Saved views: a named map that other sites frame, corrected in one place, its filters held by the server."""
