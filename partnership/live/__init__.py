"""Live pages: a deed rings, and every open page it concerns looks again.

A ring says only which part of a page to fetch anew; what stands there is the guarded view's
business. So a ring may come twice, or for nothing, and does no harm.
"""

from partnership.live.ring import prune, ring

__all__ = ["prune", "ring"]
