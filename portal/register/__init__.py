"""The public register 公开目录: what was published, for everybody, without sign-in.

It reads through the database role ``gongkai_public`` only, which can see published copies and nothing else.
"""
