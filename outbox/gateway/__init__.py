"""The stand-in for every provider: mail server, telephone company, push service and webhook
receiver in one process on this machine alone. For the demo, the tests and the benchmarks."""
