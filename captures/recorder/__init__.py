"""Records keep-alive closes of real software in network namespaces, with a truth that does not come from packets."""
