"""What holds for whatever strangers send, looked for by a fuzzer that follows the code's branches."""
