"""How things look: cards, tables, numbers and dates. Knows plain values and frames, nobody else."""
