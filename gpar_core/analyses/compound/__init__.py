"""What is known of one compound?"""
