"""What the pages of ``paperdigest browse`` show, read from an archive with SQL.

Each function takes an open connection to an archive and gives frozen records; none writes, and none knows of HTML or
of addresses of pages. Lists are read with a fixed number of questions, however long they are.
"""
