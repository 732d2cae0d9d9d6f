"""Papers about a version: the model card, and the draft of a technical documentation; each sentence names its proof."""
