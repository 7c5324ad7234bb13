"""Journal, advance, acts, leases, projector, reconciler: what makes a procedure durable."""
