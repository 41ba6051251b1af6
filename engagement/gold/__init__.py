"""Gold: evidence, engagement scores, groups and insights."""
