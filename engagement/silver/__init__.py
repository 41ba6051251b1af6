"""Silver: sessions, milestones and responses of pseudonymous learners."""
