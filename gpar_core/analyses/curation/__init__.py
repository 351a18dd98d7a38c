"""Which training drugs are outliers?"""
