"""Uses trained models: prediction, evaluation, export, rebuilding from a run."""
