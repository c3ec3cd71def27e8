"""Where state lives, and where the shipped rules and sample logs are found."""

import os
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from llmsec_tui.errors import ConfigError

_REPOSITORY = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Home:
    """The state directory and the files in it; directories are 0700, files 0600."""

    root: Path

    @property
    def store(self) -> Path:
        return self.root / "store.duckdb"

    @property
    def socket(self) -> Path:
        return self.root / "collector.sock"

    @property
    def journal(self) -> Path:
        return self.root / "audit"

    @property
    def policy(self) -> Path:
        """What a team decides about its incident desk; it need not exist."""
        return self.root / "desk.yml"

    @property
    def anchors(self) -> Path:
        """Where the journal's head is kept outside; it need not exist."""
        return self.root / "audit.yml"

    @property
    def detection(self) -> Path:
        """How sure detection has to be to alarm anybody; it need not exist."""
        return self.root / "detection.yml"

    @property
    def prices(self) -> Path:
        """What models cost, and how much may be spent; it need not exist."""
        return self.root / "prices.yml"

    @property
    def signing(self) -> Path:
        """Where the key that signs the journal is kept, and its public half."""
        return self.root / "signing.json"

    @property
    def vault(self) -> Path:
        """Secrets under a passphrase, where there is no keyring."""
        return self.root / "vault"

    @property
    def roles(self) -> Path:
        """What a team decides about who may do and see what; it need not exist."""
        return self.root / "roles.yml"

    @property
    def canaries(self) -> Path:
        """Tokens that were planted in prompts; it need not exist."""
        return self.root / "canaries.yml"

    @property
    def formats(self) -> Path:
        """Descriptions of log formats of the user's own."""
        return self.root / "formats.d"

    @property
    def log(self) -> Path:
        """The collector's own narration, for people who ask why it died."""
        return self.root / "collector.log"

    @property
    def in_use(self) -> bool:
        """Whether there is a store, or a collector's socket or a link to one, whether or not it can be reached."""
        return self.store.exists() or self.socket.is_symlink() or self.socket.exists()

    def create(self) -> None:
        """Make the directory with mode 0700; refuse one that others can write to."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(
                f"The state directory {self.root} cannot be made: {error.strerror}.",
                hint="Choose another with --home or LLMSEC_HOME.",
            ) from error
        if self.root.stat().st_mode & 0o022:
            raise ConfigError(
                f"The state directory {self.root} can be written by other users.",
                hint=f"Run: chmod go-w {self.root}",
            )


def home(chosen: Path | None = None) -> Home:
    """``chosen`` (from ``--home``), else ``LLMSEC_HOME``, else the platform's state directory."""
    if chosen is not None:
        return Home(chosen.expanduser().absolute())
    if from_environment := os.environ.get("LLMSEC_HOME"):
        return Home(Path(from_environment).expanduser().absolute())
    from platformdirs import user_state_path

    return Home(user_state_path("llmsec-tui"))


def shipped(kind: str) -> Path:
    """The folder ``rules`` or ``sample_logs``: inside the wheel, or at the top of a checkout."""
    inside = Path(str(files("llmsec_tui"))) / "_data" / kind
    return inside if inside.is_dir() else _REPOSITORY / kind
