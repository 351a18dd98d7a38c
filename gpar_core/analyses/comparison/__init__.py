"""How do two models differ?"""
