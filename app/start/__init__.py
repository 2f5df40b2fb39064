"""The script that Streamlit runs.

It has a folder of its own: beside a script, Streamlit takes a folder `pages` for scripts to run.
"""
