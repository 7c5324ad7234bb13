"""Files 文件: what may be brought as a body or an attachment, how it is checked, kept and read."""
