"""One record in the making, at leisure: opened, judged, kept while unsaved, saved, brought together."""
