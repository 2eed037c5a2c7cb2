"""Readers open the archive in Datasette: what it is told, what it is given, and how it is run.

Layout::

    config.py    browse.yaml and the schema's sentences -> the two configurations, for Datasette 0.65 and for 1.0
    snapshot.py  archive -> a copy for reading, with what only browsing needs
    serve.py     copy and configuration -> Datasette in a process of its own
    publish.py   archive -> a folder that can be served anywhere

Everything that Datasette itself loads (``browse.yaml``, plugins, templates, static files) stands in
``data/datasette/``, which is installed with the package.
"""
