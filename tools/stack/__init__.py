"""Runs Serin's processes together on this machine: what tools/demo, tools/up and the e2e tests use.

Python's standard library only.
"""
