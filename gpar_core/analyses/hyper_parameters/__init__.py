"""How deep and wide should the network be?"""
