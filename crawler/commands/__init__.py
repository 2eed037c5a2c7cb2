"""What each command does, without the command line: one module a command, called by :mod:`crawler.cli`."""
