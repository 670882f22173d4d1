"""The words that all steps share. Imports nothing else of ours."""
