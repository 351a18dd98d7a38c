"""Which MOAs does a compound or a profile probably have?"""
