"""What runs inside a lab switch: standard library only, the folder is copied into the box."""
