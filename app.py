"""Composition: settings, library, engine."""
