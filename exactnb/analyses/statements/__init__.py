"""The statements of an administration, each from the movements of its GL accounts."""
