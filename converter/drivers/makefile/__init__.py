"""GNU make: a Makefile's text, its variables and rules, and the commands that goals run.

https://www.gnu.org/software/make/manual/make.html
"""
