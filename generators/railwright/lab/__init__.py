"""The lab: the cluster's switches and nodes as namespaces on this host."""
