"""Many points in the plane, drawn by WebGL in the browser: Streamlit component and its binary.

`point_map.js` draws; `packing` makes the bytes it reads; `published` puts them where the browser
finds them. Coordinates travel once, apart from colours and highlights.
"""
