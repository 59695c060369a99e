"""What SONiC is: its configuration as values, its models, what changing it costs."""
