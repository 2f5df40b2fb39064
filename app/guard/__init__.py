"""Who may talk to the app: host names, origins, the token of a start, headers of responses."""
