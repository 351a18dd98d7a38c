"""Which method is best at finding held-out drugs?"""
