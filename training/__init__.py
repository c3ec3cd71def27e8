"""How the weights of the injection scorer are made; see docs/model-card.md."""
