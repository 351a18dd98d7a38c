"""Many points in the plane, drawn by WebGL in the browser: Streamlit component and its binary.

`browser/map.js` draws the bytes that `analyses.map.packing` makes; `published` puts them where the
browser finds them. Coordinates travel once, apart from colors and highlights.
"""
