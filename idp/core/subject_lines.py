"""Subject lines of mails in words beyond ASCII."""

from email.header import Header
from email.policy import EmailPolicy


class WholeSubjects(EmailPolicy):
    """Encodes a subject line as a whole (RFC 2047 5): folded word by word, the standard library loses spaces between some."""

    def fold(self, name: str, value: str) -> str:
        """The header `name` in lines, as text."""
        if name.lower() != "subject" or value.isascii():
            return str(super().fold(name, value))
        return f"{name}: {Header(str(value), 'utf-8', header_name=name).encode(linesep=self.linesep)}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        """The header `name` in lines, as octets."""
        if name.lower() != "subject" or value.isascii():
            return super().fold_binary(name, value)
        return self.fold(name, value).encode("ascii")
