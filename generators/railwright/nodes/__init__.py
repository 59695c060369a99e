"""Live nodes: what to look at, how they differ from the plan, what to do about it, in what order.

Pure functions from what a role wants (`emitters.node_config.state`) and what was observed to
values; the Ansible plugins carry them out.
"""
