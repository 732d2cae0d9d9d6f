"""Apache Submarine 0.8.0: a version in its registry, with files in its S3 layout. Its SDK isn't imported."""
