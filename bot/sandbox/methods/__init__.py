"""The Bot API methods of the sandbox, one module for each area."""
