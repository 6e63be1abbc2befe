"""What the outbox measures of itself (CONTRACT.md, Benchmarks)."""
