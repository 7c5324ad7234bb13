"""Messages 通知: one folder per message (subject, text, HTML), rendering, and the channels they leave by.

A message never carries document content; its link only opens the to-do, it decides nothing.
"""
