"""Steps that commands of several types share."""
