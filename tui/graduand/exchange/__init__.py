"""Files from others and for others: classes taken in, sheets handed out and taken back."""
