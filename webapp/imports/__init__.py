"""Files of offices on their way to the map: staged, judged, applied as drafts in review, undone."""
