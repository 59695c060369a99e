"""What a person writes: the intent file, its models and its loader."""
