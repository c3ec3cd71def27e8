"""What a period's monitoring can prove, and what it cannot: pure, from facts to a report."""
