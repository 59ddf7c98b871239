"""What students read about their verdicts: cards, pictures and nbgrader's page, all harmless."""
