"""Bringing a run to a cluster from outside: what it needs is packed, uploaded, submitted and waited for."""
