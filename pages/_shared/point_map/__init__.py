"""A scatter plot of many points, drawn by WebGL in the browser: a Streamlit component.

`browser/map.js` draws the bytes that `analyses.map.packing` makes; `published` stores them where
the browser finds them. Coordinates are sent once, separately from colors and highlights.
"""
