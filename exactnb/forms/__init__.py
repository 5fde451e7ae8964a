"""Guided forms from an action's input schema: values without widgets, widgets on top."""
