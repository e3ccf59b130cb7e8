"""`nlpzero probe`: words and trees read off a BERT model."""

from ..pages import CommandTable

COMMANDS = {
    "segment": "Cut text where neighbours tell the model little of each other.",
    "parse": "Parse sentences by what their words tell the model of each other.",
}

command = CommandTable(
    "probe",
    package=__name__,
    table=COMMANDS,
    help="Read words and trees off a masked language model (扰动掩码), without training: any Chinese BERT, RoBERTa-wwm "
    "or MacBERT that is on this machine. Needs: pip install 'nlpzero[bert]'.",
    epilog="""\b
Examples:
  nlpzero probe segment --help
  nlpzero probe parse --help
""",
)
