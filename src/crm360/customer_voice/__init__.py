"""What customers say, judged by its words."""
