"""Pages for people: one module per audience and subject."""
