"""What is known about one compound?"""
