"""Widgets that several screens share, one file a widget."""
