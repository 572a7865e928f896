"""The fields of the form: one widget for each kind of value."""
