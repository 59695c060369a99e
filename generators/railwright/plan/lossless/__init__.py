"""Lossless switches: buffer fit, egress limits, marking before pause, control traffic."""
