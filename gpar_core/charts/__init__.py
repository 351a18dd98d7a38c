"""Pure functions from tables to Altair charts.

Colors carry the paper's meaning: training drugs red, predicted yellow, the rest gray; they are
chosen to be distinguishable on light and dark backgrounds. Every chart of simulated data says so
itself, so that a saved image cannot mislead.
"""
