"""Which method finds held-out drugs best?"""
