"""The two ways a request is refused: in Telegram's words to the bot, in a plain sentence to the page."""

from typing import Any


class ApiError(Exception):
    """A refusal on the bot face: `code` is the HTTP status and `error_code`, `description` Telegram's wording."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad_request(reason: str) -> ApiError:
    return ApiError(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> ApiError:
    return ApiError(403, f"Forbidden: {reason}")


class PersonError(Exception):
    """A refusal on the client face, answered as {"error": sentence} with a 4xx status."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status
