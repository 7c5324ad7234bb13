"""What a decision says, and the checks it passes before it is stored."""
