"""What the commands of goten-meta do, one module for those that are alike."""
