"""What exactnb costs, measured side by side: ``python -m benchmarks [name …]``."""
