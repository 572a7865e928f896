"""What is to be done to many people in time: letters, and what the calendar asks for."""
