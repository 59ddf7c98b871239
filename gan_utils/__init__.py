"""What the notebooks import: data, layers, models, losses, training, metrics, plots."""
