"""The Streamlit app: layout and words only; every number comes from `indexer` or `hilbert`."""
