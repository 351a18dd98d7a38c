"""Where do signatures lie?"""
