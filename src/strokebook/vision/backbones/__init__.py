"""Networks that turn images into vectors: the networks, fine-tuning, files of tuned ones."""
