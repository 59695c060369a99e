"""What is ordered and pulled: length, medium, modules and labels of every cable."""
