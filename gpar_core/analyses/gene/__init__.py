"""What moves one gene, and what is known about it?"""
