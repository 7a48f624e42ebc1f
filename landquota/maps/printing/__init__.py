"""A map view as an A3 sheet: what stands where on the paper, and the paper as PNG or PDF."""
