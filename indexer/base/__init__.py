"""What every room may use: errors, files, types, time codes, text analysis."""
