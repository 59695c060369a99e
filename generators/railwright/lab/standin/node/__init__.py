"""What a lab node has instead of a GPU server's hardware, kernel and vendor tools.

Copied to a node as it is, so nothing here imports anything but Python's own library.
"""
